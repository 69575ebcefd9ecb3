//! `accounts` and `holder_keys`: at which hosts the person has badges, and as whom they hold them. No secret is here:
//! `secret` is the name under which the keyring has it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{Store, StoreError};

/// An account, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccount {
    /// Its number; 0 before it is stored.
    pub id: u32,
    /// `badge-connect` or `ob3`.
    pub kind: String,
    /// The host's name.
    pub host: String,
    /// The address under which the host was found.
    pub base: String,
    /// The API's address.
    pub api_url: String,
    /// The token endpoint.
    pub token_url: String,
    /// The revocation endpoint, if there is one.
    pub revocation_url: Option<String>,
    /// The id of the person's profile there, if the host says.
    pub profile_id: Option<String>,
    /// What the host calls the person, if it says.
    pub profile_name: Option<String>,
    /// Who Lapel is there.
    pub client_id: String,
    /// How Lapel proves itself: a name of RFC 7591.
    pub client_auth: String,
    /// What was granted, divided by spaces.
    pub scopes: String,
    /// The name under which the keyring has the tokens.
    pub secret: String,
    /// What was issued up to this instant by the host's clock has been brought in.
    pub since: Option<Timestamp>,
    /// When everything was last brought in.
    pub last_synced: Option<Timestamp>,
    /// The person has to sign in again.
    pub signed_out: bool,
    /// When it was connected.
    pub added_at: Timestamp,
}

const COLUMNS: &str = "id, kind, host, base, api_url, token_url, revocation_url, profile_id, profile_name, client_id, \
     client_auth, scopes, secret, since, last_synced, signed_out, added_at";

impl Store {
    /// The accounts, in the order they came.
    pub fn accounts(&self) -> Result<Vec<StoredAccount>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM accounts ORDER BY id"))?;
            let rows = statement.query_map([], of_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The account `id`, if there is one.
    pub fn account(&self, id: u32) -> Result<Option<StoredAccount>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE id = ?1"))?;
            Ok(statement.query_row([id], of_row).optional()?)
        })
    }

    /// Keeps `account`: as a new one where its number is 0, else in place of the one with its number. Gives the number.
    pub fn put_account(&self, account: &StoredAccount) -> Result<u32, StoreError> {
        self.write(|transaction| put(transaction, account))
    }

    /// Notes that everything up to `since` was brought in, at `now`.
    pub fn account_synced(
        &self,
        id: u32,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE accounts SET since = ?2, last_synced = ?3 WHERE id = ?1",
                params![id, since.map(|at| at.to_string()), now.to_string()],
            )?;
            Ok(())
        })
    }

    /// Notes that the person has to sign in again.
    pub fn account_signed_out(&self, id: u32) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("UPDATE accounts SET signed_out = 1 WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// Forgets an account.
    pub fn remove_account(&self, id: u32) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM accounts WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// The DID of the person's key, if one was made.
    pub fn holder_did(&self) -> Result<Option<String>, StoreError> {
        self.read(holder)
    }

    /// Keeps `did` as the DID of the person's key, unless there is one. Gives the one that holds.
    pub fn put_holder_did(&self, did: &str, now: Timestamp) -> Result<String, StoreError> {
        self.write(|transaction| {
            if let Some(there) = holder(transaction)? {
                return Ok(there);
            }
            transaction.execute(
                "INSERT INTO holder_keys (did, made_at) VALUES (?1, ?2)",
                params![did, now.to_string()],
            )?;
            Ok(did.to_owned())
        })
    }
}

fn holder(connection: &Connection) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT did FROM holder_keys ORDER BY id LIMIT 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

fn put(transaction: &Transaction, account: &StoredAccount) -> Result<u32, StoreError> {
    let id = if account.id == 0 { None } else { Some(account.id) };
    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO accounts (id, kind, host, base, api_url, token_url, revocation_url, profile_id, \
         profile_name, client_id, client_auth, scopes, secret, since, last_synced, signed_out, added_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) RETURNING id",
    )?;
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Ok(statement.query_row(
        params![
            id,
            account.kind,
            account.host,
            account.base,
            account.api_url,
            account.token_url,
            account.revocation_url,
            account.profile_id,
            account.profile_name,
            account.client_id,
            account.client_auth,
            account.scopes,
            account.secret,
            instant(account.since),
            instant(account.last_synced),
            account.signed_out,
            account.added_at.to_string(),
        ],
        |row| row.get(0),
    )?)
}

fn of_row(row: &Row) -> rusqlite::Result<StoredAccount> {
    // An instant that cannot be read is none: everything is then asked for again, and nothing is lost.
    let instant = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Ok(StoredAccount {
        id: row.get(0)?,
        kind: row.get(1)?,
        host: row.get(2)?,
        base: row.get(3)?,
        api_url: row.get(4)?,
        token_url: row.get(5)?,
        revocation_url: row.get(6)?,
        profile_id: row.get(7)?,
        profile_name: row.get(8)?,
        client_id: row.get(9)?,
        client_auth: row.get(10)?,
        scopes: row.get(11)?,
        secret: row.get(12)?,
        since: instant(row.get(13)?),
        last_synced: instant(row.get(14)?),
        signed_out: row.get(15)?,
        added_at: instant(Some(row.get(16)?)).unwrap_or(Timestamp::UNIX_EPOCH),
    })
}
