//! What a text contains, by pg_trgm (<https://www.postgresql.org/docs/current/pgtrgm.html>).

/// An index that LIKE uses by itself. Where the extension is not to be had LIKE reads the table.
pub fn create(name: &str, table: &str, columns: &str) -> String {
    let columns: Vec<String> =
        columns.split(", ").map(|column| format!("{column} %1$I.gin_trgm_ops")).collect();
    let columns = columns.join(", ");
    format!(
        "DO $make$ BEGIN
            CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
            EXECUTE (SELECT format('CREATE INDEX {name} ON {table} USING gin ({columns})', nspname)
                FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
                WHERE extname = 'pg_trgm');
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'there is no index of trigrams: %', SQLERRM;
        END $make$"
    )
}
