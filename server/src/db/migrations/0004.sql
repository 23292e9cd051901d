ALTER TABLE users ADD COLUMN secret_hash {text} NOT NULL DEFAULT '';

CREATE TABLE machine_keys (
    user_id {text} NOT NULL,
    id {text} NOT NULL,
    owner {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    public_key BYTEA NOT NULL,
    PRIMARY KEY (user_id, id)
){clustered};
