{fold};

ALTER TABLE users ADD COLUMN nick_name_emptied BIGINT NOT NULL DEFAULT 0;
UPDATE users SET nick_name_emptied = 1 WHERE nick_name = '' AND EXISTS (
    SELECT 1 FROM events WHERE stream = 'user/' || users.id
    AND kind = 'user.human.profile.changed' AND payload LIKE '%"nickName":""%'
);

CREATE TABLE user_search (
    {number}
    owner {text} NOT NULL,
    id {text} NOT NULL,
    kind BIGINT NOT NULL,
    state BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    user_name {text} NOT NULL,
    first_name {text},
    last_name {text},
    nick_name {text},
    display_name {text},
    email {text},
    user_name_folded {text} NOT NULL,
    first_name_folded {text},
    last_name_folded {text},
    nick_name_folded {text},
    display_name_folded {text},
    email_folded {text}
);
INSERT INTO user_search (
    owner, id, kind, state, created_at,
    user_name, first_name, last_name, nick_name, display_name, email,
    user_name_folded, first_name_folded, last_name_folded, nick_name_folded, display_name_folded,
    email_folded
) SELECT
    owner, id, kind, state, created_at,
    user_name, human.first_name, human.last_name, human.nick_name, human.display_name, human.email,
    fold(user_name), fold(human.first_name), fold(human.last_name), fold(human.nick_name),
    fold(human.display_name), fold(human.email)
FROM users LEFT JOIN (
    SELECT id AS human_id, first_name, last_name, display_name, email,
        CASE WHEN nick_name <> '' OR nick_name_emptied = 1 THEN nick_name END AS nick_name
    FROM users WHERE kind = 1
) human ON human.human_id = users.id;
CREATE UNIQUE INDEX user_search_by_id ON user_search (owner, id);
CREATE INDEX user_search_by_user_name ON user_search (owner, user_name_folded, id);
CREATE INDEX user_search_by_display_name ON user_search (owner, display_name_folded, id);
CREATE INDEX user_search_by_email ON user_search (owner, email_folded, id);
CREATE INDEX user_search_by_creation ON user_search (owner, created_at, id);
{one_owner user_search (user_search_by_id 2, user_search_by_user_name 3, user_search_by_display_name 3, user_search_by_email 3, user_search_by_creation 3)};
{trigrams user_trigrams ON user_search (user_name_folded, first_name_folded, last_name_folded, nick_name_folded, display_name_folded, email_folded)};

CREATE TABLE user_totals (
    owner {text} NOT NULL,
    part {text} NOT NULL,
    users BIGINT NOT NULL,
    PRIMARY KEY (owner, part)
){clustered};
INSERT INTO user_totals
    SELECT owner, substr(id, length(id), 1), count(*) FROM users
    GROUP BY owner, substr(id, length(id), 1)
