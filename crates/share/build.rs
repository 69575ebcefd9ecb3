//! Builds the verifier that a self-verifying page carries: `openbadges-wasm` for `wasm32-unknown-unknown`, compressed,
//! into `OUT_DIR/verifier.wasm.gz`. See docs/self-verifying-page.md.
//!
//! Where that target is not installed, the build goes on without it and `page` says so (`cfg(no_verifier)`).

use std::env;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

const TARGET: &str = "wasm32-unknown-unknown";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rustc-check-cfg=cfg(no_verifier)");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    for part in [
        "crates/openbadges/src",
        "crates/openbadges/Cargo.toml",
        "crates/openbadges-wasm/src",
        "crates/openbadges-wasm/Cargo.toml",
        "crates/share/build.rs",
        "Cargo.toml",
        "Cargo.lock",
    ] {
        println!("cargo::rerun-if-changed={}", workspace.join(part).display());
    }
    if !is_installed()? {
        println!(
            "cargo::warning=self-verifying pages cannot be made by this build: {TARGET} is not installed \
             (rustup target add {TARGET})"
        );
        println!("cargo::rustc-cfg=no_verifier");
        return Ok(());
    }
    let module = fs::read(build(&workspace, &place(&out).join("page"))?)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&module)?;
    fs::write(out.join("verifier.wasm.gz"), packed.finish()?)?;
    Ok(())
}

/// Whether the compiler has a standard library for the target.
fn is_installed() -> Result<bool, Box<dyn Error>> {
    let rustc = env::var_os("RUSTC").ok_or("cargo says which compiler it uses")?;
    let asked = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
    Ok(asked.status.success() && Path::new(String::from_utf8(asked.stdout)?.trim()).is_dir())
}

/// The workspace's target folder, which all profiles share: the one that cargo marks as its own, else the one around the
/// folder of this profile.
fn place(out: &Path) -> PathBuf {
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    out.ancestors().find(marked).or_else(|| out.ancestors().nth(4)).unwrap_or(out).to_owned()
}

/// Builds the module into `folder`, which only builds of the module use: the outer build holds the lock of its own.
fn build(workspace: &Path, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let mut cargo = Command::new(env::var_os("CARGO").ok_or("cargo says where it is")?);
    cargo.current_dir(workspace);
    cargo.args([
        "rustc",
        "--locked",
        "--quiet",
        "--package",
        "openbadges-wasm",
        "--lib",
        "--crate-type",
        "cdylib",
    ]);
    cargo.args(["--profile", "page", "--target", TARGET, "--target-dir"]).arg(folder);
    // Hostile badges nest deep, and the usual stack of this target is small. An overflow ends the module; it is
    // below all else in memory, so it overwrites nothing.
    cargo.args(["--", "-C", "link-arg=-zstack-size=4194304", "-C", "link-arg=--stack-first"]);
    for name in NOT_MEANT {
        cargo.env_remove(name);
    }
    cargo.env("CARGO_BUILD_BUILD_DIR", folder);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", nameless(workspace));
    let status = cargo.status()?;
    if !status.success() {
        return Err(
            format!("the verifier of self-verifying pages was not built: cargo ended with {status}").into()
        );
    }
    Ok(folder.join(TARGET).join("page/openbadges_wasm.wasm"))
}

/// What is set for the outer build and not meant for this one: lints, instruments, another target and its flags.
const NOT_MEANT: [&str; 9] = [
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_ARGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_TARGET_DIR",
];

/// Compiler flags that replace the folders of this machine, which panics would name, by plain names.
fn nameless(workspace: &Path) -> String {
    let home = env::var("CARGO_HOME").ok().or_else(|| {
        let home = env::home_dir()?;
        Some(home.join(".cargo").to_str()?.to_owned())
    });
    let mut flags = vec![format!("--remap-path-prefix={}=lapel", workspace.display())];
    flags.extend(home.map(|home| format!("--remap-path-prefix={home}=cargo")));
    flags.join("\u{1f}")
}
