//! What can be asked of the program: every command, its arguments and what they mean.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// 邻里 Linli: one window, asked once. A district's community services in one binary.
#[derive(Debug, Parser)]
#[command(
    name = "linli",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 done, 1 refused or a check failed, 2 misuse."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 演示: make (once) and serve a synthetic Songjiang district
    Demo(Demo),
    /// 建节点: make a node's folder: settings, keys, first account
    Init(Init),
    /// 运行: serve a node
    Serve(Folder),
    /// 备份: copy the journal and, apart from it, the keys; the node may run
    Backup(Backup),
    /// 恢复: make a node's folder from a backup
    Restore(Restore),
    /// 日志: verify, rebuild or show the journal
    #[command(subcommand)]
    Journal(Journal),
    /// 验回执: check a case's receipt, offline
    Verify(Verify),
    /// 账号: accounts, posts and tokens
    #[command(subcommand)]
    Account(Account),
    /// 居民: make synthetic residents, find likely duplicates
    #[command(subcommand)]
    Residents(Residents),
    /// 导入: put a ledger (.xlsx, .xls, .csv) into the registers, or take an import back
    #[command(subcommand)]
    Import(Import),
    /// 意见图: draw the map of a conversation from its votes, or check one
    #[command(subcommand)]
    Opinion(crate::opinion::Opinion),
    /// 参与式预算: count a participatory budget, or check a result
    #[command(subcommand)]
    Budget(crate::budget::Budget),
    /// 选举表决: tally a vote with the articles it rests on, or check a result
    #[command(subcommand)]
    Ballot(crate::ballot::Ballot),
    /// 政策: check, explain and print policies, sweep a population, rehearse a change
    #[command(subcommand)]
    Policy(crate::policy::Policy),
    /// 选址: who reaches a facility, how crowded it is, where the next should stand
    #[command(subcommand)]
    Siting(crate::siting::Siting),
    /// 节点互联: invite a node, join one, see how they stand, shut one out
    #[command(subcommand)]
    Node(Node),
    /// 模拟: years of trouble on eight simulated nodes, to see whether the network's rules hold
    Simulate(Simulate),
    /// 体检: find the usual faults and say what to do
    Doctor(Asked),
}

/// The node's folder.
#[derive(Debug, Args, Clone)]
pub(crate) struct Folder {
    /// The node's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
}

/// A question whose answer programs may want.
#[derive(Debug, Args, Clone)]
pub(crate) struct Asked {
    /// Which node.
    #[command(flatten)]
    pub(crate) folder: Folder,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `linli demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the demo's data lies; kept between runs
    #[arg(long, value_name = "DIR", default_value = "data/demo")]
    pub(crate) dir: PathBuf,
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// How many synthetic residents to make
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=1_909_713))]
    pub(crate) residents: u32,
    /// The same seed makes the same district
    #[arg(long, value_name = "S", default_value_t = 2013)]
    pub(crate) seed: u64,
    /// Make the data and stop
    #[arg(long)]
    pub(crate) only_make: bool,
    /// 三级节点: a district, a street and a committee as three nodes, with a page that cuts and heals
    /// the lines; takes this port and the five after it
    #[arg(long, conflicts_with = "only_make")]
    pub(crate) network: bool,
}

/// `linli init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Which folder.
    #[command(flatten)]
    pub(crate) folder: Folder,
    /// `sqlite`, or the address of a PostgreSQL database
    #[arg(long, value_name = "STORE", default_value = "sqlite")]
    pub(crate) store: String,
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The address people use, as in letters and QR codes
    #[arg(long, value_name = "URL")]
    pub(crate) address: Option<String>,
    /// The sign-in name of the first account, a security administrator
    #[arg(long, value_name = "NAME", default_value = "admin")]
    pub(crate) login: String,
}

/// `linli backup`
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folder to put the backup into
    #[arg(value_name = "DEST")]
    pub(crate) to: PathBuf,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli restore`
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup
    #[arg(value_name = "ARCHIVE")]
    pub(crate) from: PathBuf,
    /// The new node's folder: empty, or not there yet. With --drill: the node that notes it down
    #[arg(long, value_name = "DIR", required_unless_present = "drill")]
    pub(crate) dir: Option<PathBuf>,
    /// 恢复演练: restore into a folder that is removed again, verify everything, and say how it went
    #[arg(long)]
    pub(crate) drill: bool,
    /// The file with the age identity that opens the keys, where the backup is sealed
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: Option<PathBuf>,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, value_name = "STORE", default_value = "sqlite")]
    pub(crate) store: String,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `linli journal …`
#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Check every digest, chain, tile and checkpoint
    Verify(Asked),
    /// Make the registers anew from the entries
    Rebuild(Asked),
    /// Say that a restored node is the only one with its identity, so that it may write
    ConfirmAlone(Asked),
    /// Show entries, without their sealed parts
    Show(Show),
}

/// `linli journal show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// Only this stream, such as case/0190…
    #[arg(long, value_name = "STREAM")]
    pub(crate) stream: Option<String>,
    /// From this entry on
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    pub(crate) from: u64,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u64,
}

/// `linli node …`
#[derive(Debug, Subcommand)]
pub(crate) enum Node {
    /// 邀请: make a one-time code for a new node of an area
    Invite(NodeInvite),
    /// 加入: make a node's folder below another node, and fetch what belongs to its area
    Join(NodeJoin),
    /// List the neighbours: last contact, lag, what was quarantined
    List(Asked),
    /// Show one neighbour
    Show(NodeNamed),
    /// 注销: listen to a node no longer
    Revoke(NodeNamed),
    /// 导出: put what the node above has not countersigned into a file, sealed to it, for a stick
    Export(NodeParcel),
    /// 导入: take in a file from a node below, and write the answer to be carried back; or take in
    /// the answer
    Import(NodeParcel),
}

/// `linli node invite`
#[derive(Debug, Args)]
pub(crate) struct NodeInvite {
    /// The area it hosts: its code or its path, such as 310117001001
    #[arg(long, value_name = "CODE")]
    pub(crate) area: String,
    /// For how many hours the code is good
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=24))]
    pub(crate) hours: u32,
    /// The node whose place it takes: lost, restored or given a new key
    #[arg(long, value_name = "NODE")]
    pub(crate) replaces: Option<String>,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli node join`
#[derive(Debug, Args)]
pub(crate) struct NodeJoin {
    /// The address of the node above, such as <http://10.1.2.3:8080>
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    /// The code that was made there
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
    /// Which folder.
    #[command(flatten)]
    pub(crate) folder: Folder,
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The address people use, as in letters and QR codes
    #[arg(long, value_name = "URL")]
    pub(crate) address: Option<String>,
}

/// `linli node export`, `linli node import`
#[derive(Debug, Args)]
pub(crate) struct NodeParcel {
    /// The file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where the answer is written; beside the file when not said
    #[arg(long, value_name = "FILE")]
    pub(crate) answer: Option<PathBuf>,
    /// Which folder.
    #[command(flatten)]
    pub(crate) folder: Folder,
}

/// `linli node show`, `linli node revoke`
#[derive(Debug, Args)]
pub(crate) struct NodeNamed {
    /// The node: its 32 digits, with or without spaces
    #[arg(value_name = "NODE")]
    pub(crate) node: String,
    /// Which node is asked, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli simulate`
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The first seed; each year has the next one
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many years
    #[arg(long, default_value_t = 1)]
    pub(crate) years: u64,
    /// How many days of trouble each of them has
    #[arg(long, default_value_t = 365)]
    pub(crate) days: u32,
    /// Only these pieces of trouble, as a seed that failed named them; none when no number follows
    #[arg(long, value_delimiter = ',', num_args = 0..)]
    pub(crate) only: Option<Vec<usize>>,
}

/// `linli verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The receipt, as downloaded from the case's page
    #[arg(value_name = "RECEIPT")]
    pub(crate) receipt: PathBuf,
    /// The log's verifier key, from a source you trust; without it the receipt's own is used
    #[arg(long, value_name = "VKEY")]
    pub(crate) vkey: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `linli account …`
#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Open an account of staff and print its first password
    Add(AccountAdd),
    /// Give an account a post
    Post(AccountPost),
    /// Record which resident a member of staff is: their own cases are closed to them
    Person(AccountPerson),
    /// Give an account of staff a new password and print it
    Password(AccountPassword),
    /// Take the second factor of an account away: a new one is set up at the next sign-in
    Factor(AccountFactor),
    /// Issue a token for the API
    Token(AccountToken),
    /// List accounts and their posts
    List(Asked),
}

/// `linli account add`
#[derive(Debug, Args)]
pub(crate) struct AccountAdd {
    /// The name to sign in with
    #[arg(value_name = "LOGIN")]
    pub(crate) login: String,
    /// The person's name at work
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// The first post: its role, such as `committee_worker`
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: String,
    /// The first post: its area, such as 310117/310117001
    #[arg(long, value_name = "AREA")]
    pub(crate) area: String,
    /// Which resident they are (id or identity number): their own cases are closed to them
    #[arg(long, value_name = "RESIDENT")]
    pub(crate) resident: Option<String>,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli account person`
#[derive(Debug, Args)]
pub(crate) struct AccountPerson {
    /// Whose account
    #[arg(value_name = "LOGIN")]
    pub(crate) login: String,
    /// Which resident they are: id or identity number
    #[arg(long, value_name = "RESIDENT", required_unless_present = "none")]
    pub(crate) resident: Option<String>,
    /// Take back what was recorded
    #[arg(long, conflicts_with = "resident")]
    pub(crate) none: bool,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli account password`
#[derive(Debug, Args)]
pub(crate) struct AccountPassword {
    /// Whose
    #[arg(value_name = "LOGIN")]
    pub(crate) login: String,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli account factor`
#[derive(Debug, Args)]
pub(crate) struct AccountFactor {
    /// Whose
    #[arg(value_name = "LOGIN")]
    pub(crate) login: String,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli account post`
#[derive(Debug, Args)]
pub(crate) struct AccountPost {
    /// Whose
    #[arg(value_name = "LOGIN")]
    pub(crate) login: String,
    /// The role, such as `committee_worker`
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: String,
    /// The area, such as 310117/310117001
    #[arg(long, value_name = "AREA")]
    pub(crate) area: String,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli account token`
#[derive(Debug, Args)]
pub(crate) struct AccountToken {
    /// Whose
    #[arg(value_name = "LOGIN")]
    pub(crate) login: String,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: String,
    /// For how many days it is good
    #[arg(long, value_name = "N", default_value_t = 90)]
    pub(crate) days: u32,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli residents …`
#[derive(Debug, Subcommand)]
pub(crate) enum Residents {
    /// Make a synthetic population in a new node's journal
    Generate(Generate),
    /// 疑似重复: records that may be of one person, with the reasons
    Duplicates(Duplicates),
}

/// `linli residents generate`
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// How many people
    #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_909_713))]
    pub(crate) count: u32,
    /// The same seed makes the same people
    #[arg(long, value_name = "S", default_value_t = 2013)]
    pub(crate) seed: u64,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli residents duplicates`
#[derive(Debug, Args)]
pub(crate) struct Duplicates {
    /// The district, street or committee, by code or path
    #[arg(long, value_name = "CODE")]
    pub(crate) area: String,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli import …`
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Put a committee's ledger of residents into the register
    Residents(ImportResidents),
    /// Take an import back; what others recorded later stays and is named
    Undo(ImportUndo),
}

/// `linli import residents`
#[derive(Debug, Args)]
pub(crate) struct ImportResidents {
    /// The ledger: .xlsx, .xls or .csv
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The committee: its code or its path, such as 310117001001
    #[arg(long, value_name = "CODE")]
    pub(crate) area: String,
    /// Write the ledger back with everything that is wrong marked in it
    #[arg(long, value_name = "OUT.xlsx")]
    pub(crate) report: Option<PathBuf>,
    /// Say what would happen, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Which sheet; the first with anything in it where not said
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// The office that the facts are from
    #[arg(long, value_name = "OFFICE", default_value = "committee")]
    pub(crate) source: String,
    /// The day as of which they hold, such as 2026-09-01; today where not said
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<jiff::civil::Date>,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// `linli import undo`
#[derive(Debug, Args)]
pub(crate) struct ImportUndo {
    /// Which import
    #[arg(value_name = "ID")]
    pub(crate) import: uuid::Uuid,
    /// Which node, and how to answer.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_commands_make_sense_together() {
        super::Cli::command().debug_assert();
    }
}
