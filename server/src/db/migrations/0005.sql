CREATE TABLE memberships (
    user_id {text} NOT NULL,
    place {text} NOT NULL,
    scope {text} NOT NULL,
    grant_id {text} NOT NULL,
    owner {text} NOT NULL,
    roles {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, place, scope, grant_id)
){clustered};
INSERT INTO memberships SELECT user_id, scope, scope, '', substr(scope, 5),
    roles, sequence, created_at, changed_at FROM members WHERE scope <> 'instance/1';
INSERT INTO memberships SELECT user_id, scope, scope, '', default_org,
    roles, sequence, created_at, changed_at
    FROM members JOIN instances ON scope = 'instance/' || id;
DROP TABLE members;
ALTER TABLE memberships RENAME TO members;
CREATE INDEX members_of_scope ON members (scope, user_id)
