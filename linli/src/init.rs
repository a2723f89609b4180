//! `linli init`: a node's folder with settings, keys, the district's areas and the first account.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use linli_community::accounts;
use linli_kernel::{Actor, Post, PostId, Role, SystemClock};

use crate::cli::Init;
use crate::node;
use crate::outcome::{Misuse, Outcome};
use crate::say;
use crate::settings::{self, Settings};

/// `linli init`
pub(crate) async fn run(init: &Init) -> anyhow::Result<Outcome> {
    let dir = &init.folder.dir;
    let listen = init.listen.to_string();
    let settings = Settings {
        store: init.store.clone(),
        address: init
            .address
            .clone()
            .unwrap_or_else(|| format!("http://{listen}")),
        listen,
        ..Settings::default()
    };
    settings.check()?;
    folder(dir, &settings)?;
    let linli = node::open(dir, &settings, Arc::new(SystemClock)).await?;
    let district = node::establish(&linli).await?;
    let post = Post {
        id: PostId::new(linli.clock()),
        role: Role::SecurityAdmin,
        area: district,
    };
    let account =
        accounts::open_staff(&linli, &Actor::system(), &init.login, "安全管理员", &[post])
            .await
            .map_err(node::told)?;
    let password = node::first_password();
    let desk = node::desk(dir, &settings).await?;
    desk.give_password(&init.login, account, password.clone())
        .await?;
    linli.journal().close().await;
    let dir = dir.display();
    say::line(format!(
        "节点已建立 · The node is ready in {dir}\n\n  \
         安全管理员 · security administrator\n    用户名 · user name   {}\n    密码 · password      {password}\n\n\
         密码只显示这一次,首次登录时更换 · The password is shown this once; you replace it at the first sign-in.\n\
         下一步 · Next: linli doctor --dir {dir} && linli serve --dir {dir}",
        init.login
    ));
    Ok(Outcome::Done)
}

/// Makes `dir`, for its owner alone, with its settings in it; refuses one that holds a node.
pub(crate) fn folder(dir: &Path, settings: &Settings) -> anyhow::Result<()> {
    let file = dir.join(settings::FILE);
    if file.exists() || dir.join("journal.db").exists() || dir.join("secrets").exists() {
        let told = format!(
            "{} already holds a node; choose another folder with --dir",
            dir.display()
        );
        return Err(Misuse(told).into());
    }
    private_folder(dir)?;
    fs::write(&file, settings::commented(settings))
        .and_then(|()| fs::set_permissions(&file, fs::Permissions::from_mode(0o600)))
        .with_context(|| format!("writing {}", file.display()))
}

/// Makes `dir` where it is missing, for its owner alone.
pub(crate) fn private_folder(dir: &Path) -> anyhow::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir)
        .and_then(|()| fs::set_permissions(dir, fs::Permissions::from_mode(0o700)))
        .with_context(|| format!("making {}", dir.display()))
}
