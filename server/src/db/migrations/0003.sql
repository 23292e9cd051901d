ALTER TABLE users ADD COLUMN org_scoped BIGINT NOT NULL DEFAULT 0;
CREATE INDEX users_of_org ON users (owner);
CREATE INDEX users_by_email ON users (email);

ALTER TABLE orgs ADD COLUMN custom_policy BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orgs ADD COLUMN login_must_be_domain BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orgs ADD COLUMN validate_domains BIGINT NOT NULL DEFAULT 0;

ALTER TABLE instances ADD COLUMN shown_id {text} NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN project_id {text} NOT NULL DEFAULT '';

CREATE TABLE domains (
    org_id {text} NOT NULL,
    domain {text} NOT NULL,
    claim {text},
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, domain)
){clustered};
INSERT INTO domains SELECT org_id, domain, domain, 4, created_at, created_at
    FROM org_domains JOIN orgs ON id = org_id;
DROP TABLE org_domains;
CREATE UNIQUE INDEX domains_once ON domains (claim);
CREATE INDEX domains_by_name ON domains (domain)
