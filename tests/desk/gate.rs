//! Hosts on this computer that hold their answers back until the test lets them go: an import with links to them
//! cannot end before that.

use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// So many hosts that an import, which looks at eight things at once and gives each of them a quarter of a minute,
/// is held up for as long as anything may take to appear.
const HOSTS: u8 = 48;

/// The hosts, each with one badge at one link.
pub struct Gate {
    hosts: Vec<String>,
    open: watch::Sender<bool>,
    _serving: JoinSet<()>,
}

impl Gate {
    /// Hosts that hold back these badges, as many as there are hosts.
    pub async fn closed(badge: impl Fn(u8) -> String) -> Self {
        let (open, is_open) = watch::channel(false);
        let (mut hosts, mut serving) = (Vec::new(), JoinSet::new());
        for number in 1..=HOSTS {
            // Each an address of its own: an import leaves a host alone that keeps it waiting.
            let address = Ipv4Addr::new(127, 0, 1, number);
            let listener = TcpListener::bind((address, 0)).await.expect("a loopback socket");
            hosts.push(listener.local_addr().expect("an address").to_string());
            serving.spawn(serve(listener, badge(number), is_open.clone()));
        }
        Self { hosts, open, _serving: serving }
    }

    /// The hosts with their ports, as the settings allow them.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// One link for each host.
    pub fn links(&self) -> impl Iterator<Item = String> {
        self.hosts.iter().map(|host| format!("http://{host}/badge"))
    }

    /// Lets all answers go, also those to questions yet to come.
    pub fn open(&self) {
        self.open.send_replace(true);
    }
}

async fn serve(listener: TcpListener, badge: String, open: watch::Receiver<bool>) {
    let mut answering = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        answering.spawn(answer(stream, badge.clone(), open.clone()));
    }
}

/// Whoever asks may be gone before there is an answer.
async fn answer(mut stream: TcpStream, badge: String, mut open: watch::Receiver<bool>) {
    let mut asked = Vec::new();
    let mut some = [0; 1024];
    while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut some).await {
            Ok(length @ 1..) => asked.extend_from_slice(&some[..length]),
            _ => return,
        }
    }
    if open.wait_for(|open| *open).await.is_err() {
        return;
    }
    let length = badge.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/vc+jwt\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    if stream.write_all(head.as_bytes()).await.is_ok() {
        let _ = stream.write_all(badge.as_bytes()).await;
    }
}
