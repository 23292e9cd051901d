CREATE TABLE outbox (
    user_id {text} NOT NULL,
    purpose {text} NOT NULL,
    code_id {text} NOT NULL,
    sequence BIGINT NOT NULL,
    owner {text} NOT NULL,
    sms BIGINT NOT NULL,
    code {text} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, purpose, code_id)
){clustered};
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 0;

CREATE TABLE factors (
    user_id {text} NOT NULL,
    factor {text} NOT NULL,
    id {text} NOT NULL,
    state BIGINT NOT NULL,
    name {text} NOT NULL,
    secret {text} NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (user_id, factor, id)
){clustered};

CREATE TABLE providers (
    id {text} NOT NULL PRIMARY KEY,
    owner {text} NOT NULL,
    kind {text} NOT NULL,
    name {text} NOT NULL,
    creation_allowed BIGINT NOT NULL,
    config {text} NOT NULL
){clustered};

CREATE TABLE idp_links (
    user_id {text} NOT NULL,
    idp_id {text} NOT NULL,
    external_id {text} NOT NULL,
    external_key {text} NOT NULL,
    display_name {text} NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (user_id, idp_id, external_id)
){clustered};
CREATE UNIQUE INDEX idp_links_once ON idp_links (idp_id, external_key);

-- The codes that were made before there was an outbox, as the log has them. They are not sent.
INSERT INTO outbox (user_id, purpose, code_id, sequence, owner, sms, code, created_at, expires_at,
    state, attempts, due_at)
SELECT substr(e.stream, 6), k.purpose, '', e.sequence, e.owner, k.sms,
    substr(e.payload, 10, length(e.payload) - 9 - length(k.tail)), e.created_at,
    e.created_at + k.lifetime, 3, 0, e.created_at
FROM events e JOIN (
    SELECT 'user.human.initialization.code.added' AS kind, 'initialization' AS purpose,
        0 AS sms, '","expiry":259200}' AS tail, 259200000000 AS lifetime
    UNION ALL SELECT 'user.human.email.code.added', 'email', 0, '","expiry":3600}', 3600000000
    UNION ALL SELECT 'user.human.phone.code.added', 'phone', 1, '","expiry":3600}', 3600000000
) k ON k.kind = e.kind
WHERE NOT EXISTS (
    SELECT 1 FROM events l
    WHERE l.stream = e.stream AND l.sequence > e.sequence AND (
        l.kind IN (e.kind, 'user.removed')
        OR k.purpose = 'email' AND l.kind IN ('user.human.email.changed', 'user.human.email.verified')
        OR k.purpose = 'phone' AND l.kind IN ('user.human.phone.changed',
            'user.human.phone.verified', 'user.human.phone.removed')
    )
);
