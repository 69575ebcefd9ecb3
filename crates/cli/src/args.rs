//! What may stand on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;
use lapel_share::BaseUrl;

/// A wallet for Open Badges: keeps them, checks them, and brings them where you want them.
#[derive(Debug, Parser)]
#[command(name = "lapel", version, arg_required_else_help = true, disable_help_subcommand = true)]
#[command(after_help = "Badges are named by the number that `lapel list` shows, such as b17.\n\
    Exit status: 0 all done, 1 something failed, 2 wrong usage or nothing to work on (`verify`: see its help).")]
pub(crate) struct Lapel {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// What holds for every command.
    #[command(flatten)]
    pub(crate) global: Global,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// The wallet's folder [default: the platform's folder for application data]
    #[arg(long, global = true, env = "LAPEL_WALLET", value_name = "DIR", hide_env_values = true)]
    pub(crate) wallet: Option<PathBuf>,
    /// Print JSON, one object a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Fetch nothing from the network
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Fetch from this host too, although it is on no public network; may be repeated
    #[arg(long, global = true, value_name = "HOST:PORT", value_parser = allowed_host)]
    pub(crate) allow_host: Vec<(String, u16)>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add badges to the wallet
    Import(Import),
    /// Look at imports, go on with one that was cut off, or take one back
    #[command(subcommand)]
    Imports(Imports),
    /// List the badges in the wallet
    List(List),
    /// Show a badge with everything that is known of it
    Show(Show),
    /// Find badges by words in them
    Search(Search),
    /// Say what is known of a badge, and since when
    Verify(Verify),
    /// Save a badge to a file
    Export(Export),
    /// Print what LinkedIn, a web page or a README needs, or make a page that verifies itself
    Share(Share),
    /// Show badges to a verifier, with your own signature
    Present(Present),
    /// Say what left the wallet, when, and where to
    #[command(subcommand)]
    Shares(Shares),
    /// Write a static site of badges: pages, feed, and the proof of each
    Portfolio(Portfolio),
    /// Make a CV of badges: a document, or a form that other programs read
    Cv(Cv),
    /// Remove badges from the wallet
    Rm(Rm),
    /// Bring back what `rm` removed
    Restore(Restore),
    /// Say who you are: to whom badges were awarded
    #[command(subcommand)]
    Identity(Identity),
    /// Say which issuers you vouch for yourself
    #[command(subcommand)]
    Trust(Trust),
    /// Say which registries of issuers you rely on
    #[command(subcommand)]
    Registry(Registry),
    /// List achievements that carry no credential, and that nothing can verify
    Listed(Listed),
    /// Connect accounts at badge hosts, and bring in the badges that are there
    #[command(subcommand)]
    Account(Account),
    /// Accept a credential that an issuer offers
    Offer(Offer),
    /// Say from which folders new badges are taken as they appear
    #[command(subcommand)]
    Watch(Watch),
    /// Print a script that completes `lapel` in a shell
    Completions(Completions),
    /// Write the manual pages
    #[command(hide = true)]
    Man(Man),
}

/// `lapel import`.
#[derive(Args, Debug)]
#[command(
    after_help = "An import that is cut off can be gone on with: lapel imports resume. One that was a mistake \
    can be taken back: lapel imports undo.\n\
    Exit status: 0 all added or there already, 1 some failed, 2 wrong usage."
)]
pub(crate) struct Import {
    /// Files, folders (with what is in them), patterns such as 'badges/**/*.png', links, or - for standard input
    #[arg(required = true, value_name = "PATH|PATTERN|URL|-")]
    pub(crate) sources: Vec<String>,
    /// What to do with badges that are invalid or revoked [default: as was remembered, else ask on a terminal, else
    /// keep]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) not_valid: Option<NotValidChoice>,
}

/// What to do with badges that are not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NotValidChoice {
    /// Keep them, marked as what they are
    Keep,
    /// Leave them out
    LeaveOut,
    /// Hold them back until it is decided: `lapel imports decide`
    Ask,
}

/// `lapel imports`.
#[derive(Debug, Subcommand)]
pub(crate) enum Imports {
    /// List the imports of the last 30 days
    List,
    /// Say what became of an import, and of what it could not read
    Show {
        /// The number that `list` shows
        #[arg(value_name = "IMPORT")]
        import: u32,
        /// Print every line, not only what could not be read
        #[arg(long)]
        lines: bool,
    },
    /// Go on with imports that were paused or cut off
    Resume {
        /// Only this one
        #[arg(value_name = "IMPORT")]
        import: Option<u32>,
    },
    /// Keep or leave out the badges of an import that are not valid
    Decide {
        /// The number that `list` shows
        #[arg(value_name = "IMPORT")]
        import: u32,
        /// What to do with them
        #[arg(value_enum, value_name = "keep|leave-out")]
        what: Decision,
        /// Do so in later imports, too
        #[arg(long)]
        remember: bool,
    },
    /// Import the badges of a public list that an import came upon
    Take {
        /// The number of that import
        #[arg(value_name = "IMPORT")]
        import: u32,
        /// The list's address
        #[arg(value_name = "URL")]
        url: String,
    },
    /// Stop an import that is not over; what is in stays in
    Stop {
        /// The number that `list` shows
        #[arg(value_name = "IMPORT")]
        import: u32,
    },
    /// Take an import back: remove what it added, bring back what it replaced
    Undo {
        /// The number that `list` shows
        #[arg(value_name = "IMPORT")]
        import: u32,
    },
}

/// A decision on badges that are not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    Keep,
    LeaveOut,
}

/// `lapel list`.
#[derive(Args, Debug)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// `lapel search`.
#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words that all occur in the badge (name, issuer, description, criteria, tags, recipient)
    #[arg(required = true)]
    pub(crate) words: Vec<String>,
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Which badges to list, and in which order.
#[derive(Args, Debug)]
pub(crate) struct Filter {
    /// Only badges with this verdict; may be repeated
    #[arg(long, value_name = "VERDICT")]
    pub(crate) verdict: Vec<VerdictName>,
    /// Only badges of this issuer (its name)
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: Option<String>,
    /// What comes first
    #[arg(long, value_enum, default_value_t = Sort::Newest)]
    pub(crate) sort: Sort,
    /// At most this many
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<u32>,
}

/// A verdict's name.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum VerdictName {
    Verified,
    Expired,
    Revoked,
    Invalid,
    Undecided,
}

/// An order of badges.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Sort {
    /// Added last first
    Newest,
    /// By name
    Name,
    /// By issuer
    Issuer,
    /// Awarded last first
    Issued,
}

/// `lapel show`.
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The badge, such as b17
    #[arg(value_name = "ID", value_parser = badge_id)]
    pub(crate) id: u32,
}

/// `lapel verify`.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit status: 0 all verified; 1 some expired, revoked or invalid; 3 some undecided and none \
    worse;\n2 wrong usage or an unreadable input."
)]
pub(crate) struct Verify {
    /// Judge at this instant, such as 2026-11-23T12:00:00Z [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = timestamp)]
    pub(crate) at: Option<Timestamp>,
    /// A folder of documents that answer before the network does (see documents.json in the manual)
    #[arg(long, value_name = "DIR")]
    pub(crate) documents: Option<PathBuf>,
    /// A mail address, URL or DID of yours, to compare with the recipient; may be repeated
    #[arg(long, value_name = "WHO")]
    pub(crate) identity: Vec<String>,
    /// A file that lists issuers, relied on for this time; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) registry: Vec<PathBuf>,
    /// Demand a presentation that repeats this challenge, which you gave to whoever shows it
    #[arg(long, value_name = "TEXT")]
    pub(crate) challenge: Option<String>,
    /// Demand a presentation that was made for this domain, which is yours
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) domain: Option<String>,
    /// Say of each check what was asked, what it stands on, and why the verdict is what it is
    #[arg(long, conflicts_with = "json")]
    pub(crate) explain: bool,
    /// Print what each proof is computed from as well: canonical forms, hashes, signed bytes, the key, the contexts
    #[arg(long)]
    pub(crate) debug_proof: bool,
    /// Files, links, badges of the wallet such as b17, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<String>,
}

/// `lapel export`.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The badges, such as b17
    #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "ID", value_parser = badge_id)]
    pub(crate) ids: Vec<u32>,
    /// All badges of the wallet
    #[arg(long)]
    pub(crate) all: bool,
    /// In which form
    #[arg(long = "as", value_enum, default_value_t = ExportFormat::Original, value_name = "FORM")]
    pub(crate) format: ExportFormat,
    /// The longer side of a PNG, in pixels
    #[arg(long, value_name = "PIXELS")]
    pub(crate) size: Option<u32>,
    /// Where to: a file, or a folder for several badges; - for standard output [default: a name made from the badge,
    /// in this folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// A form of a saved badge.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ExportFormat {
    /// The very bytes that were imported
    Original,
    /// A PNG image with the credential in it
    Png,
    /// An SVG image with the credential in it
    Svg,
    /// The credential's JSON text
    Json,
    /// The credential's JWT
    Jwt,
    /// An archive of the originals with an index
    Zip,
    /// A Verifiable Presentation without a signature (to sign one: `lapel present`)
    Vp,
    /// A Universal Wallet, which other wallets restore from
    Wallet,
}

/// `lapel share`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Share {
    /// The badge, such as b17
    #[arg(value_name = "ID", value_parser = badge_id)]
    pub(crate) id: u32,
    /// For where
    #[arg(long = "as", value_enum, value_name = "FORM", required_unless_present = "json")]
    pub(crate) format: Option<ShareFormat>,
    /// Add "Verified on ...", where the latest report allows it
    #[arg(long)]
    pub(crate) verified: bool,
    /// A page of your own to link to, instead of the issuer's
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Ask the issuer's host whether the page is there, for --as link
    #[arg(long)]
    pub(crate) check: bool,
    /// The network of a post [default: all]
    #[arg(long, value_enum, value_name = "NETWORK")]
    pub(crate) to: Option<NetworkName>,
    /// Your own words for a post
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Your Mastodon instance, such as mastodon.social; it is remembered
    #[arg(long, value_name = "HOST")]
    pub(crate) instance: Option<String>,
    /// The number of the issuer's LinkedIn page; it is remembered for this issuer, and 0 forgets it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) organization: Option<u64>,
    /// Leave the credential's id out of LinkedIn's form
    #[arg(long)]
    pub(crate) without_id: bool,
    /// The colours of HTML
    #[arg(long, value_enum, default_value_t = ThemeName::Automatic, value_name = "THEME")]
    pub(crate) theme: ThemeName,
    /// Put the picture into the snippet, or along with the mail, rather than load it from the issuer
    #[arg(long)]
    pub(crate) picture_inside: bool,
    /// Where a page, a QR code or a mail goes; - for standard output [default: for a page a name made from the badge, else
    /// standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// A place to share a badge on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShareFormat {
    /// A link that opens LinkedIn's profile form, and its fields to copy
    Linkedin,
    /// Posts: links that open each network's form, and what they will say
    Post,
    /// The badge's public page
    Link,
    /// The QR code of that page as an SVG image
    QrSvg,
    /// The same as a PNG image
    QrPng,
    /// A card for a web page
    Html,
    /// The picture alone for a web page
    HtmlBadge,
    /// A snippet for a README
    Markdown,
    /// One HTML file that shows the badge and verifies it in the browser that opens it
    Page,
    /// A snippet for a forum
    Bbcode,
    /// A snippet for reStructuredText
    Rst,
    /// A snippet for AsciiDoc
    Asciidoc,
    /// A frame around the page that --url names
    Iframe,
    /// The foot of a mail, as HTML
    Signature,
    /// The foot of a mail, as plain text
    SignatureText,
    /// A draft of a mail with the signature and its picture
    SignatureMail,
}

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NetworkName {
    Linkedin,
    X,
    Facebook,
    Bluesky,
    Mastodon,
    Whatsapp,
    Telegram,
    Email,
}

/// Colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeName {
    /// Dark on light
    Light,
    /// Light on dark
    Dark,
    /// As the reader's system has it
    Automatic,
}

/// `lapel portfolio`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(
    after_help = "Exported or published again to the same place, only what changed is written, and what is gone is removed. \
    Files that Lapel did not make stay as they are.\n\
    Name and password for --publish are never given here, but in the environment: LAPEL_WEBDAV_USER and \
    LAPEL_WEBDAV_PASSWORD; for a bucket AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where there is \
    one. Without them, what --remember kept is used, or nothing.\n\
    Exit status: 0 written, 1 not written or not all of it, 2 wrong usage."
)]
pub(crate) struct Portfolio {
    /// The badges, such as b17
    #[arg(required_unless_present_any = ["all", "forget"], value_name = "ID", value_parser = badge_id)]
    pub(crate) ids: Vec<u32>,
    /// All badges in the wallet
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    /// Where to
    #[arg(
        short,
        long,
        value_name = "FOLDER",
        required_unless_present = "publish",
        conflicts_with = "publish"
    )]
    pub(crate) output: Option<PathBuf>,
    // No documentation comment, where addresses would have to be marked up.
    #[arg(
        long,
        value_name = "URL",
        help = "Publish it here: a WebDAV collection (https://cloud.example/dav/badges/) or an S3-compatible store \
                (s3://bucket/prefix)"
    )]
    pub(crate) publish: Option<String>,
    /// The address of the S3-compatible store [default: that of `AWS_ENDPOINT_URL`, or Amazon S3]
    #[arg(long, value_name = "URL", requires = "publish", conflicts_with = "output")]
    pub(crate) endpoint: Option<String>,
    /// The region of the bucket [default: that of `AWS_REGION`, or us-east-1]
    #[arg(long, requires = "publish", conflicts_with = "output")]
    pub(crate) region: Option<String>,
    /// Keep the name and password that the environment gives in the system's keyring, once they were good
    #[arg(long, requires = "publish", conflicts_with = "output")]
    pub(crate) remember: bool,
    /// Publish nothing, and forget what was kept for that place
    #[arg(long, requires = "publish", conflicts_with_all = ["output", "ids", "all", "remember"])]
    pub(crate) forget: bool,
    /// Where visitors will find the site, for previews, sitemap and feed
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub(crate) base_url: Option<BaseUrl>,
    /// The site's title
    #[arg(long, default_value = "Badges")]
    pub(crate) title: String,
    /// Whose badges they are
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Put revoked and invalid badges in too, called what they are
    #[arg(long)]
    pub(crate) include_void: bool,
}

fn base_url(text: &str) -> Result<BaseUrl, String> {
    lapel_export::base_url(text).map_err(|error| format!("{} {}", error.message, error.hint))
}

/// `lapel present`.
#[derive(Args, Debug)]
pub(crate) struct Present {
    /// The badges, such as b17
    #[arg(required = true, value_name = "ID", value_parser = badge_id)]
    pub(crate) ids: Vec<u32>,
    /// Whom it is for, such as verifier.example: it is worth nothing elsewhere
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) domain: Option<String>,
    /// What the verifier asked you to repeat
    #[arg(long, value_name = "TEXT")]
    pub(crate) challenge: Option<String>,
    /// Show only this part of the badge, and what its issuer wants shown; may be repeated
    #[arg(long, value_name = "POINTER")]
    pub(crate) show: Vec<String>,
    /// List the parts that can be shown by themselves, and make nothing
    #[arg(long, conflicts_with_all = ["domain", "challenge", "show", "unsigned", "output"])]
    pub(crate) parts: bool,
    /// Without your signature: it shows the badges, and not that they are yours
    #[arg(long, conflicts_with_all = ["domain", "challenge"])]
    pub(crate) unsigned: bool,
    /// Where to [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// `lapel shares`.
#[derive(Debug, Subcommand)]
pub(crate) enum Shares {
    /// List what left the wallet, the latest first
    List {
        /// Only what this badge was among
        #[arg(value_name = "ID", value_parser = badge_id)]
        id: Option<u32>,
    },
    /// Forget entries of this list; what was shared stays shared
    Forget {
        /// Their numbers
        #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "NUMBER")]
        shares: Vec<u32>,
        /// All of them
        #[arg(long)]
        all: bool,
    },
}

/// `lapel cv`.
#[derive(Args, Debug)]
#[command(
    after_help = "Badges that are revoked or invalid are left out, and named, unless --include-void asks for them."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Cv {
    /// The badges in their order, such as b17 b3
    #[arg(value_name = "ID", value_parser = badge_id, required_unless_present = "all")]
    pub(crate) ids: Vec<u32>,
    /// All badges, awarded last first
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    /// In which form
    #[arg(long = "as", value_enum, default_value_t = CvForm::Pdf, value_name = "FORM")]
    pub(crate) format: CvForm,
    /// How documents look
    #[arg(long, value_enum, default_value_t = CvLook::Classic)]
    pub(crate) style: CvLook,
    /// Group badges by this
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) group: Option<CvGroup>,
    /// Whose CV it is
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A line below the name
    #[arg(long)]
    pub(crate) headline: Option<String>,
    /// A line of contact: a mail address, a page, anything; may be repeated
    #[arg(long, value_name = "LINE")]
    pub(crate) contact: Vec<String>,
    /// Take badges that are revoked or invalid, too, marked as what they are
    #[arg(long)]
    pub(crate) include_void: bool,
    /// Leave pictures out
    #[arg(long)]
    pub(crate) no_pictures: bool,
    /// Leave descriptions out
    #[arg(long)]
    pub(crate) no_descriptions: bool,
    /// Where to; - for standard output [default: a name made from yours, in this folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// A form of a CV.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CvForm {
    /// PDF with the badges in it
    Pdf,
    /// For Word and LibreOffice
    Docx,
    /// LaTeX, class article
    Latex,
    /// LaTeX, class moderncv
    Moderncv,
    /// CommonMark
    Markdown,
    /// One web page
    Html,
    /// JSON Resume
    JsonResume,
    /// XML in the manner of Europass, unofficial
    Europass,
    /// HR Open LER-RS
    LerRs,
}

/// How a CV looks.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CvLook {
    /// Serif type, a list
    Classic,
    /// Sans-serif type, cards
    Modern,
}

/// What the badges of a CV are grouped by.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CvGroup {
    /// The skill that most of them share
    Skill,
    /// The issuer
    Issuer,
    /// The year of the award
    Year,
}

/// `lapel rm`.
#[derive(Args, Debug)]
pub(crate) struct Rm {
    /// The badges, such as b17
    #[arg(required = true, value_name = "ID", value_parser = badge_id)]
    pub(crate) ids: Vec<u32>,
}

/// `lapel restore`.
#[derive(Args, Debug)]
pub(crate) struct Restore {
    /// The number that `lapel rm` printed
    #[arg(value_name = "TOKEN")]
    pub(crate) token: u32,
}

/// `lapel identity`.
#[derive(Debug, Subcommand)]
pub(crate) enum Identity {
    /// Add mail addresses, URLs or DIDs of yours
    Add {
        /// Who you are
        #[arg(required = true, value_name = "WHO")]
        names: Vec<String>,
    },
    /// List them
    List,
    /// Remove them
    Rm {
        /// As `list` shows them
        #[arg(required = true, value_name = "WHO")]
        names: Vec<String>,
    },
}

/// `lapel trust`.
#[derive(Debug, Subcommand)]
pub(crate) enum Trust {
    /// Vouch for issuers
    Add {
        /// Their ids, as `lapel show` gives them: DIDs or URLs
        #[arg(required = true, value_name = "ISSUER")]
        names: Vec<String>,
    },
    /// List them
    List,
    /// Vouch for them no longer
    Rm {
        /// As `list` shows them
        #[arg(required = true, value_name = "ISSUER")]
        names: Vec<String>,
    },
}

/// `lapel registry`.
#[derive(Debug, Subcommand)]
pub(crate) enum Registry {
    /// Rely on the issuers that a file lists
    Add {
        /// The registry: JSON, as its keeper publishes it
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What reports call it [default: the name of the file]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// List them
    List,
    /// Rely on them no longer
    Rm {
        /// As `list` shows them
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
}

/// `lapel listed`.
#[derive(Args, Debug)]
pub(crate) struct Listed {
    #[command(subcommand)]
    pub(crate) command: Option<ListedCommand>,
}

/// What to do with the shelf.
#[derive(Debug, Subcommand)]
pub(crate) enum ListedCommand {
    /// Take achievements off the shelf
    Rm {
        /// As `listed` shows them, such as l3
        #[arg(required = true, value_name = "ID", value_parser = listed_id)]
        ids: Vec<u32>,
    },
}

/// `lapel account`.
#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Connect an account: you sign in at the host, in your browser
    Add {
        /// The host's name, such as badges.example.org, or its https address
        #[arg(value_name = "HOST")]
        host: String,
        /// What the host speaks
        #[arg(long, value_enum, default_value_t = Kind::Auto)]
        kind: Kind,
        /// Only print the address to open
        #[arg(long)]
        no_browser: bool,
    },
    /// List the accounts
    List,
    /// Bring in the badges that came since the last time
    Sync {
        /// The account, such as a3 [default: all of them]
        #[arg(value_name = "ID", value_parser = account_id)]
        id: Option<u32>,
        /// Ask for everything, not only for what is new
        #[arg(long)]
        all: bool,
    },
    /// Disconnect an account; its badges stay
    Rm {
        /// The account, such as a3
        #[arg(value_name = "ID", value_parser = account_id)]
        id: u32,
    },
}

/// What a badge host speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Whichever it answers to, Open Badges 3.0 first
    Auto,
    /// Open Badges 2.1 (Badge Connect)
    BadgeConnect,
    /// Open Badges 3.0
    Ob3,
}

/// `lapel offer`.
#[derive(Args, Debug)]
pub(crate) struct Offer {
    /// The offer: an address that begins with openid-credential-offer:, or an https address with the same parameters
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    /// The PIN that the issuer sent another way, where it wants one
    #[arg(long, value_name = "PIN")]
    pub(crate) pin: Option<String>,
}

/// `lapel watch`.
#[derive(Debug, Subcommand)]
pub(crate) enum Watch {
    /// Watch a folder: what is in it comes into the wallet, and what will be
    Add {
        /// The folder, with the folders in it
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// List the watched folders, and how each is doing
    List,
    /// Watch folders no longer; their badges stay
    Rm {
        /// As `list` shows them
        #[arg(required = true, value_name = "DIR")]
        folders: Vec<String>,
    },
    /// Take badges from the watched folders as they appear, until interrupted (the window does so while it is open)
    Run,
}

/// `lapel completions`.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// Which shell
    pub(crate) shell: Shell,
}

/// `lapel man`.
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// The folder to write them into
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

/// A badge's number as people write it: `b17` or `17`.
pub(crate) fn badge_id(text: &str) -> Result<u32, String> {
    id(text, 'b', "a badge is named like b17; `lapel list` shows the names")
}

/// A number on the shelf as people write it: `l3` or `3`.
fn listed_id(text: &str) -> Result<u32, String> {
    id(text, 'l', "an achievement is named like l3; `lapel listed` shows the names")
}

/// An account's number as people write it: `a3` or `3`.
pub(crate) fn account_id(text: &str) -> Result<u32, String> {
    id(text, 'a', "an account is named like a3; `lapel account list` shows the names")
}

fn id(text: &str, letter: char, hint: &str) -> Result<u32, String> {
    let digits = text.strip_prefix([letter, letter.to_ascii_uppercase()]).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain).ok_or_else(|| hint.to_owned())
}

fn allowed_host(text: &str) -> Result<(String, u16), String> {
    lapel_wallet::fetch::parse_allowed(text).map_err(|error| error.to_string())
}

fn timestamp(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "expected an instant with its offset, such as 2026-11-23T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Lapel::command().debug_assert();
    }

    #[test]
    fn badge_ids() {
        assert_eq!(badge_id("b17"), Ok(17));
        assert_eq!(badge_id("17"), Ok(17));
        assert_eq!(account_id("a3"), Ok(3));
        assert!(account_id("b3").is_err() && account_id("a").is_err());
        for wrong in ["", "b", "c17", "b-1", "b+1", "b4294967296", "b1.png", "bb1"] {
            assert!(badge_id(wrong).is_err(), "{wrong}");
        }
    }
}
