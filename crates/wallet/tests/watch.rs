//! Watched folders: files that are written slowly, come while nobody looks, go, and come back. The looks are taken by
//! hand, so nothing waits for a clock.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lapel_testkit::{Issuer, art};
use lapel_wallet::api::{BadgeId, ListRequest, WatchedFolder};
use lapel_wallet::fetch::MapFetch;
use lapel_wallet::watch::{Look, Pace, Watch};
use lapel_wallet::{Source, Wallet};
use tempfile::TempDir;

/// A wallet and a folder that it watches.
struct Desk {
    home: TempDir,
    wallet: Wallet,
}

impl Desk {
    fn new() -> Self {
        let desk = Self::unwatched();
        desk.wallet.watch_folder(&desk.folder()).unwrap();
        desk
    }

    fn unwatched() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("downloads")).unwrap();
        let wallet = open(home.path());
        Self { home, wallet }
    }

    /// As after the program was closed and started again.
    fn reopened(self) -> Self {
        drop(self.wallet);
        let wallet = open(self.home.path());
        Self { home: self.home, wallet }
    }

    fn folder(&self) -> PathBuf {
        fs::canonicalize(self.home.path()).unwrap().join("downloads")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn state(&self) -> WatchedFolder {
        self.wallet.watched_folders().unwrap().remove(0)
    }

    async fn import(&self, paths: Vec<PathBuf>) {
        let sources = paths.into_iter().map(Source::Path).collect();
        self.wallet.import(sources, |_| {}).await.unwrap();
    }

    /// Imports what a look found, and notes it.
    async fn take(&self, watch: &mut Watch, look: Look) {
        self.import(look.files.iter().map(|file| file.path.clone()).collect()).await;
        watch.took(look.files).unwrap();
    }

    /// The badges of the wallet by name.
    fn badges(&self) -> Vec<(BadgeId, String)> {
        let request = ListRequest { sort: "name".to_owned(), limit: 1000, ..Default::default() };
        self.wallet.list(&request).unwrap().badges.into_iter().map(|badge| (badge.id, badge.name)).collect()
    }
}

fn open(home: &Path) -> Wallet {
    Wallet::open_with(&home.join("wallet"), Arc::new(MapFetch::offline())).unwrap()
}

fn png(name: &str) -> Vec<u8> {
    Issuer::did_key("watched").achievement(name).sign_jwt().baked_png()
}

fn jwt(name: &str) -> String {
    Issuer::did_key("watched").achievement(name).sign_jwt().text().to_owned()
}

fn names(look: &Look) -> Vec<String> {
    look.files.iter().map(|file| file.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

/// Looks until everything rests; gives the names of the files that settled.
fn settled(watch: &mut Watch) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let look = watch.look().unwrap();
        all.extend(names(&look));
        let restless = look.restless;
        watch.took(look.files).unwrap();
        if !restless {
            return all;
        }
    }
}

#[tokio::test]
async fn a_file_is_read_once_it_rests_and_only_when_it_is_whole() {
    let desk = Desk::new();
    let mut watch = Watch::new(desk.wallet.clone());
    let whole = png("Slow");
    let (half, rest) = whole.split_at(whole.len() / 2);
    let mut file = File::create(desk.path("slow.png")).unwrap();
    file.write_all(half).unwrap();
    let look = watch.look().unwrap();
    assert!(look.files.is_empty() && look.restless, "it has just come");
    let look = watch.look().unwrap();
    assert!(look.files.is_empty() && !look.restless, "it rests, and is cut short");
    file.write_all(&rest[..1]).unwrap();
    assert!(watch.look().unwrap().restless, "it grows again");
    file.write_all(&rest[1..]).unwrap();
    assert!(watch.look().unwrap().files.is_empty(), "it grew since the last look");
    let look = watch.look().unwrap();
    assert_eq!(names(&look), ["slow.png"]);
    desk.take(&mut watch, look).await;
    assert_eq!(settled(&mut watch), [""; 0]);
    assert_eq!(desk.badges().len(), 1);
}

#[tokio::test]
async fn each_file_comes_in_once_also_after_a_restart() {
    let desk = Desk::new();
    desk.put("before.jwt", jwt("Before"));
    let mut watch = Watch::new(desk.wallet.clone());
    watch.look().unwrap();
    let look = watch.look().unwrap();
    desk.take(&mut watch, look).await;
    drop(watch);

    // While the program is closed one comes and one goes.
    let desk = desk.reopened();
    fs::remove_file(desk.path("before.jwt")).unwrap();
    desk.put("meanwhile.png", png("Meanwhile"));
    let mut watch = Watch::new(desk.wallet.clone());
    watch.look().unwrap();
    let look = watch.look().unwrap();
    assert_eq!(names(&look), ["meanwhile.png"]);
    desk.take(&mut watch, look).await;
    assert_eq!(
        desk.badges().iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
        ["Before", "Meanwhile"]
    );
}

#[tokio::test]
async fn killed_between_import_and_note_nothing_is_doubled() {
    let desk = Desk::new();
    desk.put("once.jwt", jwt("Once"));
    let mut watch = Watch::new(desk.wallet.clone());
    watch.look().unwrap();
    let look = watch.look().unwrap();
    desk.import(look.files.iter().map(|file| file.path.clone()).collect()).await;
    drop(watch);
    let desk = desk.reopened();
    let mut watch = Watch::new(desk.wallet.clone());
    watch.look().unwrap();
    let look = watch.look().unwrap();
    assert_eq!(names(&look), ["once.jwt"], "it was never noted");
    desk.take(&mut watch, look).await;
    assert_eq!(desk.badges().len(), 1);
    assert_eq!(settled(&mut watch), [""; 0]);
}

#[tokio::test]
async fn what_was_removed_from_the_wallet_does_not_come_back() {
    let desk = Desk::new();
    let file = desk.put("gone.jwt", jwt("Gone"));
    let mut watch = Watch::new(desk.wallet.clone());
    watch.look().unwrap();
    let look = watch.look().unwrap();
    desk.take(&mut watch, look).await;
    let (id, _) = desk.badges().remove(0);
    desk.wallet.remove(&[id]).unwrap();
    // Saved again as it was, moved, copied: the same bytes are the same file.
    fs::write(&file, jwt("Gone")).unwrap();
    assert_eq!(settled(&mut watch), [""; 0]);
    fs::rename(&file, desk.path("moved.jwt")).unwrap();
    fs::copy(desk.path("moved.jwt"), desk.path("copied.jwt")).unwrap();
    assert_eq!(settled(&mut watch), [""; 0]);
    assert!(desk.badges().is_empty());
}

#[test]
fn what_is_no_badge_is_noted_and_asked_again_only_when_it_changes() {
    let desk = Desk::new();
    desk.put("holiday.png", art::png("Holiday"));
    desk.put("diary.txt", "Dear diary");
    desk.put("half.json", "{\"@context\": [");
    desk.put("link.txt", "https://badges.example/1");
    let mut watch = Watch::new(desk.wallet.clone());
    assert_eq!(settled(&mut watch), [""; 0]);
    desk.put("diary.txt", jwt("Diary"));
    assert_eq!(settled(&mut watch), ["diary.txt"]);
    desk.put("half.json", jwt("Half"));
    assert_eq!(settled(&mut watch), ["half.json"]);
}

#[test]
fn downloads_under_way_come_when_they_get_their_name() {
    let desk = Desk::new();
    let mut watch = Watch::new(desk.wallet.clone());
    for part in ["one.png.part", "two.png.crdownload", ".three.png.x", "four.png~"] {
        desk.put(part, png(part));
    }
    assert_eq!(settled(&mut watch), [""; 0]);
    for (part, name) in
        [("one.png.part", "one.png"), ("two.png.crdownload", "two.png"), (".three.png.x", "three.png")]
    {
        fs::rename(desk.path(part), desk.path(name)).unwrap();
    }
    let mut came = settled(&mut watch);
    came.sort();
    assert_eq!(came, ["one.png", "three.png", "two.png"]);
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    let desk = Desk::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("secret.jwt"), jwt("Secret")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), desk.path("out")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("secret.jwt"), desk.path("link.jwt")).unwrap();
    std::os::unix::fs::symlink(desk.folder(), desk.path("round")).unwrap();
    let mut watch = Watch::new(desk.wallet.clone());
    assert_eq!(settled(&mut watch), [""; 0]);
}

#[test]
fn a_folder_that_cannot_be_read_says_so_and_goes_on_when_it_is_back() {
    let desk = Desk::new();
    let mut watch = Watch::new(desk.wallet.clone());
    let away = desk.home.path().join("away");
    fs::rename(desk.folder(), &away).unwrap();
    assert!(watch.look().unwrap().folders.is_empty());
    let state = desk.state();
    assert_eq!(state.state, "unreachable");
    assert_eq!(state.trouble.unwrap().code, "watch.unreachable");
    fs::rename(&away, desk.folder()).unwrap();
    desk.put("back.jwt", jwt("Back"));
    assert_eq!(desk.state().state, "watching");
    assert_eq!(settled(&mut watch), ["back.jwt"]);
}

#[test]
fn paused_or_taken_away_nothing_comes() {
    let desk = Desk::new();
    let id = desk.state().id;
    let mut watch = Watch::new(desk.wallet.clone());
    desk.wallet.pause_watching(id, true).unwrap();
    desk.put("a.jwt", jwt("A"));
    assert_eq!(settled(&mut watch), [""; 0]);
    assert_eq!(desk.state().state, "paused");
    desk.wallet.pause_watching(id, false).unwrap();
    assert_eq!(settled(&mut watch), ["a.jwt"]);
    desk.wallet.unwatch_folder(id).unwrap();
    desk.put("b.jwt", jwt("B"));
    assert_eq!(settled(&mut watch), [""; 0]);
    assert!(desk.wallet.watched_folders().unwrap().is_empty());
    assert_eq!(desk.wallet.unwatch_folder(id).unwrap_err().code, "watch.none");
}

#[test]
fn what_is_no_folder_of_the_person_is_refused() {
    let desk = Desk::unwatched();
    let file = desk.put("file.txt", "x");
    let code = |path: &Path| desk.wallet.watch_folder(path).unwrap_err().code;
    assert_eq!(code(&file), "watch.not-a-folder");
    assert_eq!(code(&desk.path("missing")), "watch.unreachable");
    assert_eq!(code(desk.wallet.folder()), "watch.own-folder");
    let first = desk.wallet.watch_folder(&desk.folder()).unwrap();
    assert_eq!(desk.wallet.watch_folder(&desk.folder()).unwrap().id, first.id);
    assert_eq!(desk.wallet.watched_folders().unwrap().len(), 1);
}

/// So many looks, one after the other.
struct Looks(u32);

impl Pace for Looks {
    async fn next(&mut self, _: &[PathBuf], _: bool) -> bool {
        self.0 -= 1;
        self.0 > 0
    }
}

#[tokio::test]
async fn a_thousand_files_come_in_batches_each_once() {
    let desk = Desk::new();
    for number in 0..1000 {
        desk.put(&format!("{}/{number}.jwt", number % 7), jwt(&format!("Badge {number}")));
    }
    let (mut taken, mut largest) = (Vec::new(), 0);
    desk.wallet
        .watch(Looks(12), |paths| {
            largest = largest.max(paths.len());
            taken.extend(paths);
            std::future::ready(true)
        })
        .await
        .unwrap();
    assert_eq!(taken.len(), 1000);
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 1000);
    assert!(largest <= 200, "{largest}");
}

#[tokio::test]
async fn what_the_wallet_could_not_take_is_offered_again() {
    let desk = Desk::new();
    desk.put("again.jwt", jwt("Again"));
    let mut offered = 0;
    let take = |_| {
        offered += 1;
        std::future::ready(offered == 3)
    };
    desk.wallet.watch(Looks(20), take).await.unwrap();
    assert_eq!(offered, 3);
}

#[test]
fn a_file_that_keeps_growing_is_left_alone() {
    let desk = Desk::new();
    let mut watch = Watch::new(desk.wallet.clone());
    let mut log = OpenOptions::new().create(true).append(true).open(desk.path("log.json")).unwrap();
    for _ in 0..50 {
        log.write_all(b"{\"a\": 1}\n").unwrap();
        let look = watch.look().unwrap();
        assert!(look.files.is_empty() && look.restless);
    }
}
