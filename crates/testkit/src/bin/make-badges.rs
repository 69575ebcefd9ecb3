//! Fills a folder with badges of many kinds, for trying a wallet that has much in it.
//!
//! ```text
//! cargo run --release -p lapel-testkit --bin make-badges -- 1000 badges
//! ```

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, folder] = arguments.as_slice() else {
        eprintln!("usage: make-badges COUNT FOLDER");
        return ExitCode::from(2);
    };
    let (Ok(count), folder) = (count.parse::<usize>(), PathBuf::from(folder)) else {
        eprintln!("make-badges: {count} is not a number");
        return ExitCode::from(2);
    };
    let made = fs::create_dir_all(&folder).and_then(|()| {
        (0..count)
            .map(lapel_testkit::assorted)
            .try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
    });
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("make-badges: {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}
