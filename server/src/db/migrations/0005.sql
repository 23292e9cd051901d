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
CREATE INDEX members_of_scope ON members (scope, user_id);

CREATE TABLE projects (
    id {text} NOT NULL PRIMARY KEY,
    owner {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    state BIGINT NOT NULL,
    name {text} NOT NULL,
    name_key {text} NOT NULL,
    project_role_assertion BIGINT NOT NULL,
    project_role_check BIGINT NOT NULL,
    has_project_check BIGINT NOT NULL,
    private_labeling_setting BIGINT NOT NULL,
    UNIQUE (owner, name_key)
){clustered};

CREATE TABLE project_roles (
    project_id {text} NOT NULL,
    role_key {text} NOT NULL,
    unique_key {text} NOT NULL,
    owner {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    display_name {text} NOT NULL,
    role_group {text} NOT NULL,
    PRIMARY KEY (project_id, role_key),
    UNIQUE (project_id, unique_key)
){clustered};

CREATE TABLE project_grants (
    project_id {text} NOT NULL,
    id {text} NOT NULL,
    granted_org {text} NOT NULL,
    state BIGINT NOT NULL,
    roles {text} NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, granted_org)
){clustered};
CREATE INDEX project_grants_to_org ON project_grants (granted_org);

CREATE TABLE user_grants (
    id {text} NOT NULL PRIMARY KEY,
    owner {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    user_id {text} NOT NULL,
    project_id {text} NOT NULL,
    project_grant_id {text} NOT NULL,
    roles {text} NOT NULL,
    UNIQUE (user_id, project_id, project_grant_id)
){clustered};
CREATE INDEX user_grants_of_owner ON user_grants (owner);
CREATE INDEX user_grants_of_project ON user_grants (project_id, project_grant_id)
