//! `stowage keys`: make, list and revoke API keys of a local stack, running or not, or of a deployed
//! one.

use std::collections::BTreeSet;
use std::io::Write as _;

use stowage_api::clock;
use stowage_domain::Error;
use stowage_domain::id::OrganisationId;
use stowage_domain::key::{ApiKey, ApiKeySecret, Permission};
use stowage_store::ports::{FindNamespace as _, ManageKeys as _};
use stowage_store::tables::TableNames;
use stowage_store::{Settings, Store};

use crate::cli::{KeysArgs, KeysCommand, Outcome};
use crate::stack::KeysAccess;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// Does what the command line says.
pub async fn run(arguments: KeysArgs) -> Outcome {
    if let Some(stack) = &arguments.stack {
        let creates = matches!(arguments.command, KeysCommand::Create { .. });
        let organisation = organisation(arguments.organisation.as_deref(), creates)?;
        let aws = stowage_api::environment::aws()?;
        let store = Store::new(aws.dynamodb(), TableNames::with_prefix(stack), Settings::default());
        return work(&store, &organisation, arguments.command).await;
    }
    if arguments.organisation.is_some() {
        return Err("--organisation is for a deployed stack; name it by --stack".into());
    }
    let Some(access) = KeysAccess::open(&arguments.data_dir).await? else {
        let shown = arguments.data_dir.display();
        let advice = "start one with `stowage serve`, or name its --data-dir";
        return Err(format!("{shown} holds no stack; {advice}").into());
    };
    let outcome = work(access.store(), access.organisation(), arguments.command).await;
    access.close().await;
    outcome
}

/// The organisation that the command line names, or a new one for its first key.
fn organisation(named: Option<&str>, creates: bool) -> Result<OrganisationId, String> {
    match named {
        Some(text) => OrganisationId::parse(text).ok_or_else(|| format!("'{text}' is no organisation's id")),
        None if creates => {
            let organisation = OrganisationId::random();
            eprintln!("A new organisation: {organisation}. Name it by --organisation from now on.");
            Ok(organisation)
        }
        None => Err("name the organisation by --organisation; `create` said its id".to_owned()),
    }
}

async fn work(store: &Store, organisation: &OrganisationId, command: KeysCommand) -> Outcome {
    match command {
        KeysCommand::Create { name, permissions, namespaces, expires_in_days } => {
            let days = expires_in_days.map(i64::from);
            create(store, organisation, name, &permissions, namespaces, days).await
        }
        KeysCommand::List => list(store, organisation).await,
        KeysCommand::Revoke { name } => revoke(store, organisation, &name).await,
    }
}

async fn create(
    store: &Store,
    organisation: &OrganisationId,
    name: String,
    permissions: &[String],
    namespaces: Vec<String>,
    expires_in_days: Option<i64>,
) -> Outcome {
    let secret = ApiKeySecret::random(organisation);
    let now = clock::now();
    let mut allowed = None;
    for identifier in namespaces {
        let found = store.find_namespace(organisation, &identifier).await.map_err(line)?;
        let namespace = found.ok_or_else(|| format!("no namespace '{identifier}'"))?;
        allowed.get_or_insert_with(BTreeSet::new).insert(namespace.namespace_id);
    }
    let key = ApiKey {
        name,
        hash: secret.hash(),
        organisation_id: organisation.clone(),
        permissions: permissions.iter().filter_map(|name| Permission::parse(name)).collect(),
        namespaces: allowed,
        created_at: now,
        expires_at: expires_in_days.map(|days| now.plus_seconds(days * SECONDS_A_DAY)),
        revoked_at: None,
    };
    store.put_key(&key).await.map_err(line)?;
    writeln!(std::io::stdout(), "{}", secret.reveal())?;
    eprintln!("This is the only time that the key is shown.");
    Ok(())
}

async fn list(store: &Store, organisation: &OrganisationId) -> Outcome {
    let mut rows = vec![["NAME", "PERMISSIONS", "NAMESPACES", "CREATED", "STATE"].map(str::to_owned)];
    for key in store.list_keys(organisation).await.map_err(line)? {
        let permissions: Vec<_> = key.permissions.iter().map(|permission| permission.name()).collect();
        let namespaces = key.namespaces.as_ref().map_or_else(
            || "all".to_owned(),
            |namespaces| namespaces.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        );
        let created = key.created_at.to_string();
        let state = state(&key);
        rows.push([key.name, permissions.join(","), namespaces, created, state]);
    }
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(std::io::stdout(), "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

fn state(key: &ApiKey) -> String {
    match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if at <= clock::now() => format!("expired {at}"),
        (None, Some(at)) => format!("expires {at}"),
        (None, None) => "valid".to_owned(),
    }
}

async fn revoke(store: &Store, organisation: &OrganisationId, name: &str) -> Outcome {
    let keys = store.list_keys(organisation).await.map_err(line)?;
    let key = keys.into_iter().find(|key| key.name == name);
    let key = key.ok_or_else(|| format!("no key '{name}'"))?;
    if let Some(at) = key.revoked_at {
        return Err(format!("the key '{name}' was revoked {at}").into());
    }
    store.revoke_key(&key, clock::now()).await.map_err(line)?;
    eprintln!("Revoked; a running stack refuses the key within 60 seconds.");
    Ok(())
}

/// An error of the store as one line.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn line(error: Error) -> String {
    if let Error::NameTaken { name, .. } = &error {
        return format!("there is a key '{name}' already; revoked ones keep their names");
    }
    let message = error.message();
    error.cause().map_or_else(|| message.clone(), |cause| format!("{message} ({})", cause.for_log()))
}
