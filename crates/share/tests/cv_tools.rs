//! What programs that are not ours say of CVs: qpdf, Poppler, MuPDF, LibreOffice, XeLaTeX, LuaLaTeX, and the schema of
//! JSON Resume. A program that is not installed leaves its tests ignored, and they say so.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

mod badges;
mod hostile_badges;

use std::fs;
use std::path::Path;
use std::process::Command;

use badges::Chosen;
use lapel_share::{Cv, CvFormat, CvOptions, CvStyle, Fonts, Grouping};
use lapel_testkit::corpus::{self, Failed, Trial};
use tempfile::TempDir;

type Outcome = Result<(), Failed>;

fn main() {
    let arguments = corpus::Arguments::from_args();
    let trials = vec![
        trial("qpdf", "qpdf finds nothing wrong with a PDF", || {
            pdfs(&|path| run("qpdf", &["--check"], path).map(drop))
        }),
        trial("pdfinfo", "a PDF is tagged, with headings", || pdfs(&tagged)),
        trial("mutool", "MuPDF draws a PDF and reads its texts", || pdfs(&drawn)),
        trial("soffice", "LibreOffice opens a DOCX", docx),
        trial("xelatex", "XeLaTeX compiles an article", || latex("xelatex", CvFormat::Latex)),
        trial("lualatex", "LuaLaTeX compiles an article", || latex("lualatex", CvFormat::Latex)),
        trial("xelatex", "XeLaTeX compiles moderncv", || latex("xelatex", CvFormat::Moderncv)),
        trial("lualatex", "LuaLaTeX compiles moderncv", || latex("lualatex", CvFormat::Moderncv)),
        trial("pdftotext", "hostile texts are text in a PDF", hostile_pdf),
        trial("xelatex", "XeLaTeX compiles hostile texts", || hostile_latex(CvFormat::Latex)),
        trial("xelatex", "XeLaTeX compiles hostile texts as moderncv", || hostile_latex(CvFormat::Moderncv)),
        trial("node", "JSON Resume is valid by its schema", json_resume),
    ];
    corpus::run(&arguments, trials).exit();
}

fn trial(tool: &'static str, name: &str, test: impl FnOnce() -> Outcome + Send + 'static) -> Trial {
    let missing = !has(tool)
        || (tool.ends_with("latex") && !has("pdftotext"))
        || (tool == "node" && !schema().exists())
        || (name.contains("moderncv") && !(tex_has("moderncv.cls") && tex_has("fontawesome5.sty")));
    let name = if missing {
        format!("{name} ({tool}, or what it needs, is not installed)")
    } else {
        name.to_owned()
    };
    corpus::case(name, test).with_ignored_flag(missing)
}

fn has(tool: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(tool).is_file())
}

/// Whether the installed TeX has this file.
fn tex_has(file: &str) -> bool {
    Command::new("kpsewhich").arg(file).output().is_ok_and(|output| output.status.success())
}

fn schema() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules/@jsonresume/schema/package.json")
}

fn options(style: CvStyle) -> CvOptions {
    CvOptions {
        name: Some("Ada Example".to_owned()),
        headline: Some(badges::HOSTILE.join(" ")),
        contact: vec!["ada@example.org".to_owned(), badges::HOSTILE[10].to_owned()],
        grouping: Grouping::Skill,
        include_void: true,
        style,
        ..CvOptions::default()
    }
}

fn run(program: &str, arguments: &[&str], path: &Path) -> Result<String, Failed> {
    let output = Command::new(program).args(arguments).arg(path).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(format!("{program}: {text}{}", String::from_utf8_lossy(&output.stderr)).into())
}

fn expect(holds: bool, otherwise: impl Into<String>) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise.into().into()) }
}

/// Tries a PDF of each style, with the ten badges and hostile texts.
fn pdfs(test: &dyn Fn(&Path) -> Outcome) -> Outcome {
    let folder = TempDir::new()?;
    for style in [CvStyle::Classic, CvStyle::Modern] {
        let path = folder.path().join(format!("{style:?}.pdf"));
        fs::write(&path, Chosen::ten().cv(&options(style)).render(CvFormat::Pdf, &Fonts::bundled())?.bytes)?;
        test(&path)?;
    }
    Ok(())
}

fn tagged(path: &Path) -> Outcome {
    let info = run("pdfinfo", &[], path)?;
    expect(info.contains("Tagged:          yes"), info.clone())?;
    expect(info.contains("Title:           Ada Example: badges and credentials"), info)?;
    let structure = run("pdfinfo", &["-struct"], path)?;
    let count = |tag: &str| structure.lines().filter(|line| line.trim_start().starts_with(tag)).count();
    expect(count("H1") == 1 && count("H2") >= 5 && count("H3") == 10, structure.clone())?;
    expect(count("Figure") == 4, structure.clone())?;
    expect(structure.contains("Link"), structure)
}

fn drawn(path: &Path) -> Outcome {
    let text = run("mutool", &["draw", "-q", "-F", "txt"], path)?;
    expect(text.contains("Rust Foundations"), text.clone())?;
    expect(text.contains("Verified on 2026-11-23"), text.clone())?;
    expect(text.contains("Expired on 2022-05-31"), text.clone())?;
    expect(text.contains("<script>"), text)
}

fn docx() -> Outcome {
    let folder = TempDir::new()?;
    let path = folder.path().join("cv.docx");
    fs::write(
        &path,
        Chosen::ten().cv(&options(CvStyle::Classic)).render(CvFormat::Docx, &Fonts::bundled())?.bytes,
    )?;
    let home = format!("-env:UserInstallation=file://{}/office", folder.path().display());
    let out = folder.path().display().to_string();
    run(
        "soffice",
        &[&home, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", &out],
        &path,
    )?;
    let text = fs::read_to_string(folder.path().join("cv.txt"))?;
    for said in [
        "Ada Example",
        "Rust Foundations",
        "Verified on 2026-11-23",
        "<script>alert(1)</script>",
        "東京統計学院",
    ] {
        expect(text.contains(said), format!("{said} is not in\n{text}"))?;
    }
    Ok(())
}

/// A CV of badges full of hostile texts, one each.
fn hostile(format: CvFormat) -> Result<Vec<u8>, Failed> {
    let hostile = hostile_badges::all();
    let badges: Vec<_> = hostile.iter().map(hostile_badges::HostileBadge::badge).collect();
    let cv =
        Cv::of(&badges, &CvOptions { include_void: true, ..options(CvStyle::Modern) }, lapel_testkit::now());
    Ok(cv.render(format, &Fonts::bundled())?.bytes)
}

fn hostile_pdf() -> Outcome {
    let folder = TempDir::new()?;
    let path = folder.path().join("cv.pdf");
    fs::write(&path, hostile(CvFormat::Pdf)?)?;
    run("qpdf", &["--check"], &path)?;
    let plain = folder.path().join("plain.pdf");
    run("qpdf", &["--qdf", "--object-streams=disable", &path.display().to_string()], &plain)?;
    let objects = String::from_utf8_lossy(&fs::read(&plain)?).into_owned();
    for action in ["/JavaScript", "/Launch", "/SubmitForm", "/OpenAction", "/RichMedia"] {
        expect(!objects.contains(action), format!("{action} is in it"))?;
    }
    let text =
        Command::new("pdftotext").args(["-raw".as_ref(), path.as_os_str(), "-".as_ref()]).output()?.stdout;
    let text: String = String::from_utf8(text)?.split_whitespace().collect();
    for said in
        ["#read(", "<script>alert(1)</script>", "javascript:alert(1)", "\\input{/etc/passwd}", "=HYPERLINK("]
    {
        expect(text.contains(said), format!("{said} is not in\n{text}"))?;
    }
    expect(!text.contains("root:x"), "a file was read")
}

fn hostile_latex(format: CvFormat) -> Outcome {
    let (text, _folder) = typeset("xelatex", &hostile(format)?)?;
    for said in ["<script>alert(1)</script>", "\\input{/etc/passwd}", "^^5cinput", "=HYPERLINK("] {
        expect(text.contains(said), format!("{said} is not in\n{text}"))?;
    }
    expect(!text.contains("root:x"), "a file was read")
}

/// Compiles `source`; gives the text of the PDF without white space, and the folder in which it was done.
fn typeset(engine: &str, source: &[u8]) -> Result<(String, TempDir), Failed> {
    let folder = TempDir::new()?;
    fs::write(folder.path().join("cv.tex"), source)?;
    let output = Command::new(engine)
        .args(["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "cv.tex"])
        .current_dir(folder.path())
        .output()?;
    expect(output.status.success(), String::from_utf8_lossy(&output.stdout))?;
    let text = Command::new("pdftotext").args(["-raw", "cv.pdf", "-"]).current_dir(folder.path()).output()?;
    Ok((String::from_utf8(text.stdout)?.split_whitespace().collect(), folder))
}

fn latex(engine: &str, format: CvFormat) -> Outcome {
    let bytes = Chosen::ten().cv(&options(CvStyle::Classic)).render(format, &Fonts::bundled())?.bytes;
    let (text, folder) = typeset(engine, &bytes)?;
    expect(!folder.path().join("pwned").exists(), "a command ran")?;
    for said in [
        "Rust Foundations",
        "Verified on 2026-11-23",
        "\\write18{touch pwned}",
        "\\input{/etc/passwd}",
        "`` '' -- --- ?` !` << >> ,,",
    ] {
        let said: String = said.split_whitespace().collect();
        expect(text.contains(&said), format!("{said} is not in\n{text}"))?;
    }
    expect(!text.contains("root:"), "a file was read")
}

fn json_resume() -> Outcome {
    let folder = TempDir::new()?;
    let path = folder.path().join("resume.json");
    fs::write(
        &path,
        Chosen::ten().cv(&options(CvStyle::Classic)).render(CvFormat::JsonResume, &Fonts::bundled())?.bytes,
    )?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/tests/json-resume.mjs");
    run("node", &[&script.display().to_string()], &path).map(drop)
}
