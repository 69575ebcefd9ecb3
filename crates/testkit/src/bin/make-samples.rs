//! Makes the sample badges that Lapel carries.
//!
//! A fresh key signs three badges and is then forgotten, so nobody can sign a fourth. One badge is sound, one has
//! expired, and one was changed after it was signed. Beside them stands `issuer.txt` with the issuer's `did:key`,
//! which the wallet vouches for: that is how the first sample is verified without any network.
//!
//! ```text
//! cargo run -p lapel-testkit --bin make-samples -- crates/testkit/art crates/wallet/src/samples
//! ```

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lapel_testkit::{Award, DataModel, Issued, Issuer, Key};

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [art, samples] = folders.as_slice() else {
        eprintln!("usage: make-samples ART-FOLDER SAMPLES-FOLDER");
        return ExitCode::from(2);
    };
    match make(art, samples) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("no samples were made: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(art: &Path, samples: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let issuer = Issuer::did_key("").with_key(fresh_key()?).at("lapel.example").named("Lapel Academy");
    fs::create_dir_all(samples)?;
    fs::write(samples.join("issuer.txt"), format!("{}\n", issuer.id()))?;
    let bake = |issued: &Issued, image: &str| -> Result<(), Box<dyn std::error::Error>> {
        fs::write(samples.join(image), issued.baked_into(&fs::read(art.join(image))?)?)?;
        Ok(())
    };
    bake(&first_steps(&issuer).sign_data_integrity(DataModel::V2), "first-steps.png")?;
    bake(&night_sky(&issuer).sign_data_integrity(DataModel::V2), "night-sky.svg")?;
    bake(&promoted(&beekeeping(&issuer).sign_data_integrity(DataModel::V2)), "beekeeping.svg")?;
    Ok(())
}

fn first_steps(issuer: &Issuer) -> Award {
    issuer
        .achievement("First steps")
        .described("Awarded to everybody who opens their badge wallet for the first time and looks around.")
        .for_who("Open **Lapel**, bring in a badge, and read what its verification says:\n\n\
                  - what is *proven*, and by which key\n- what is only *claimed*\n- since when each of the two is known")
        .tagged(&["open badges", "getting started"])
        .issued("2026-09-01T08:00:00Z")
}

fn night_sky(issuer: &Issuer) -> Award {
    issuer
        .achievement("Night sky observer, season 2024")
        .described("Twelve clear nights with a telescope, each with a drawing and a log. Renewed every year.")
        .for_who("Observe on twelve nights of one season and hand in the log. The badge holds until the season ends.")
        .tagged(&["astronomy", "observation"])
        .issued("2024-03-20T19:30:00+01:00")
        .expires("2025-03-20T19:30:00+01:00")
}

fn beekeeping(issuer: &Issuer) -> Award {
    issuer
        .achievement("Beekeeping basics")
        .described("A first year beside an experienced beekeeper: one hive through four seasons.")
        .for_who("Look after one hive for a year under guidance, and take part in six evenings of theory.")
        .tagged(&["bees", "agriculture"])
        .issued("2025-05-04T10:00:00+02:00")
}

/// What somebody did to the badge after it was signed.
fn promoted(issued: &Issued) -> Issued {
    issued.with_text(issued.text().replace("Beekeeping basics", "Master beekeeper"))
}

/// A key from the system's own randomness, which only this process ever holds.
fn fresh_key() -> std::io::Result<Key> {
    let mut secret = [0; 32];
    fs::File::open("/dev/urandom")?.read_exact(&mut secret)?;
    Ok(Key::ed25519(secret))
}
