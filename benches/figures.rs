//! `./dev bench`: how long people wait, measured on this machine and written into docs/performance.md.
//!
//! `startup`: from the start of the process until the wall of a wallet with 1,000 badges is on the screen, against a
//! bare Tauri window, in turns so that both see the same machine. `verify`: one `lapel verify` of one file, as a
//! process. Release builds; the clock is outside the measured process.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "development only: a panic is a machine that cannot be measured"
)]

#[path = "../tests/desk/mod.rs"]
mod desk;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use desk::{Desk, Running};
use lapel_testkit::{Issuer, art};

/// How many badges the wallet has.
const BADGES: usize = 1000;
/// How often each side starts, after one start that is not counted.
const STARTS: usize = 15;
/// How often `lapel verify` runs.
const VERIFICATIONS: usize = 50;
/// What the window may take at most, in bare windows.
const STARTUP_GOAL: f64 = 1.5;
/// Makes WebKitGTK paint in memory, as Lapel has it do where there is no GPU (`src-tauri/src/graphics.rs`).
const IN_MEMORY: (&str, &str) = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
/// What `lapel verify` may take at most.
const VERIFY_GOAL: Duration = Duration::from_millis(50);

fn main() {
    let what = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'))
        .unwrap_or_else(|| "all".to_owned());
    if what == "all" || what == "startup" {
        report("startup", &startup());
    }
    if what == "all" || what == "verify" {
        report("verify", &verify());
    }
}

fn startup() -> String {
    let desk = Desk::new();
    fill_wallet(&desk);
    let bare = built("examples/bare-window");
    let app = built("lapel-desktop");
    let (mut of_bare, mut of_bare_in_memory, mut of_app) = (Vec::new(), Vec::new(), Vec::new());
    for start in 0..=STARTS {
        let as_it_comes = until_painted(&desk, &bare, &[]);
        let in_memory = until_painted(&desk, &bare, &[IN_MEMORY]);
        let app = until_painted(&desk, &app, &[]);
        if start > 0 {
            of_bare.push(as_it_comes);
            of_bare_in_memory.push(in_memory);
            of_app.push(app);
        }
    }
    let to = |bare: &[Duration]| median(&of_app).as_secs_f64() / median(bare).as_secs_f64();
    let ratio = to(&of_bare);
    format!(
        "| | median | fastest | slowest |\n|---|---|---|---|\n{}{}{}\n\
         Ratio of the medians: **{ratio:.2}** (goal: at most {STARTUP_GOAL}, {}); to the bare window that paints in \
         memory: {:.2}.\n",
        row("a bare Tauri window", &of_bare),
        row("a bare Tauri window that paints in memory", &of_bare_in_memory),
        row(&format!("Lapel, {BADGES} badges, until the wall is painted"), &of_app),
        if ratio <= STARTUP_GOAL { "met" } else { "**missed**" },
        to(&of_bare_in_memory),
    )
}

fn verify() -> String {
    let desk = Desk::new();
    let badge = desk.put("badge.json", badge(0).as_bytes());
    let lapel = built("lapel");
    let mut times = Vec::new();
    for _ in 0..VERIFICATIONS {
        let mut command = Command::new(&lapel);
        let command = desk.set(&mut command).args(["verify", "--offline", "--json"]).arg(&badge);
        let begun = Instant::now();
        let output = command.output().expect("lapel runs");
        times.push(begun.elapsed());
        assert!(String::from_utf8_lossy(&output.stdout).contains("\"verdict\":"), "{output:?}");
    }
    format!(
        "| | median | fastest | slowest |\n|---|---|---|---|\n{}\nGoal: at most {} ms, {}.\n",
        row("`lapel verify --offline` of one Open Badges 3.0 JSON file", &times),
        VERIFY_GOAL.as_millis(),
        if median(&times) <= VERIFY_GOAL { "met" } else { "**missed**" },
    )
}

/// Starts `program` and waits until it says that it painted.
fn until_painted(desk: &Desk, program: &Path, variables: &[(&str, &str)]) -> Duration {
    let mut command = Command::new(program);
    desk.set(&mut command)
        .envs(variables.iter().copied())
        .env("LAPEL_TRACE_START", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let begun = Instant::now();
    let mut running = Running::start(&mut command);
    let output = running.child().stderr.take().expect("piped");
    let mut said = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line.expect("text");
        if line.starts_with("painted") {
            return begun.elapsed();
        }
        said.push(line);
    }
    panic!("{} ended without painting:\n{}", program.display(), said.join("\n"));
}

fn fill_wallet(desk: &Desk) {
    let folder = desk.path("badges");
    for number in 0..BADGES {
        desk.put(&format!("badges/{number}.json"), badge(number).as_bytes());
    }
    let mut command = Command::new(built("lapel"));
    let output =
        desk.set(&mut command).args(["import", "--offline"]).arg(&folder).output().expect("lapel runs");
    assert!(output.status.success(), "{output:?}");
}

/// A signed badge with art of its own.
fn badge(number: usize) -> String {
    let name = format!("Achievement {number}");
    let png = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, art::png(&name));
    let issued = Issuer::did_key(&format!("issuer {}", number % 20))
        .named(&format!("Issuer {}", number % 20))
        .achievement(&name)
        .award_to("ada@example.org")
        .with_image(&format!("data:image/png;base64,{png}"))
        .sign_data_integrity(lapel_testkit::DataModel::V2);
    issued.text().to_owned()
}

/// A program of the same build as this one, which lies in its folder `examples`.
fn built(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("a path");
    let path = this.ancestors().nth(2).expect("a folder").join(name);
    assert!(path.exists(), "{} is not built; use ./dev bench", path.display());
    path
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

fn row(what: &str, times: &[Duration]) -> String {
    let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1000.0);
    let fastest = times.iter().min().copied().unwrap_or_default();
    let slowest = times.iter().max().copied().unwrap_or_default();
    format!("| {what} | {} | {} | {} |\n", ms(median(times)), ms(fastest), ms(slowest))
}

/// Prints the figures and puts them into docs/performance.md, between the marks for `section`.
fn report(section: &str, figures: &str) {
    println!("## {section}\n\n{figures}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
    let page = std::fs::read_to_string(&path).expect("docs/performance.md");
    let (begin, end) = (format!("<!-- {section} -->\n"), format!("<!-- end of {section} -->"));
    let (before, rest) = page.split_once(&begin).expect("the mark of the section");
    let (_, after) = rest.split_once(&end).expect("the end of the section");
    std::fs::write(&path, format!("{before}{begin}\n{figures}\n{end}{after}")).expect("docs/performance.md");
}
