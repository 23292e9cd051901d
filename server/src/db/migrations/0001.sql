CREATE TABLE events (
    stream {text} NOT NULL,
    sequence BIGINT NOT NULL,
    kind {text} NOT NULL,
    payload {text} NOT NULL,
    owner {text} NOT NULL,
    editor {text} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (stream, sequence)
){clustered};

CREATE TABLE users (
    id {text} NOT NULL PRIMARY KEY,
    owner {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    state BIGINT NOT NULL,
    uninitialized BIGINT NOT NULL,
    tokens_ended BIGINT NOT NULL,
    user_name {text} NOT NULL,
    name_key {text} NOT NULL UNIQUE,
    first_name {text} NOT NULL,
    last_name {text} NOT NULL,
    nick_name {text} NOT NULL,
    display_name {text} NOT NULL,
    language {text} NOT NULL,
    gender BIGINT NOT NULL,
    email {text} NOT NULL,
    email_verified BIGINT NOT NULL,
    phone {text} NOT NULL,
    phone_verified BIGINT NOT NULL,
    password_hash {text} NOT NULL,
    password_change_required BIGINT NOT NULL,
    password_changed_at BIGINT,
    name {text} NOT NULL,
    description {text} NOT NULL,
    token_type BIGINT NOT NULL
){clustered};

CREATE TABLE pats (
    id {text} NOT NULL PRIMARY KEY,
    user_id {text} NOT NULL,
    owner {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    scopes {text} NOT NULL
){clustered};
CREATE INDEX pats_of_user ON pats (user_id);

CREATE TABLE metadata (
    user_id {text} NOT NULL,
    key {text} NOT NULL,
    value BYTEA NOT NULL,
    owner {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
){clustered};

CREATE TABLE orgs (
    id {text} NOT NULL PRIMARY KEY,
    owner {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    name {text} NOT NULL,
    name_key {text} NOT NULL UNIQUE,
    primary_domain {text} NOT NULL
){clustered};

CREATE TABLE org_domains (
    domain {text} NOT NULL PRIMARY KEY,
    org_id {text} NOT NULL
){clustered};

CREATE TABLE members (
    user_id {text} NOT NULL,
    scope {text} NOT NULL,
    roles {text} NOT NULL,
    sequence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, scope)
){clustered};

CREATE TABLE instances (
    id {text} NOT NULL PRIMARY KEY,
    default_org {text} NOT NULL
){clustered};

CREATE TABLE master_key (
    id BIGINT NOT NULL PRIMARY KEY,
    sealed {text} NOT NULL
){clustered};
