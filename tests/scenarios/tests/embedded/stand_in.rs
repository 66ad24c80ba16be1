//! A server that answers as badly as servers do, one way for each path.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{Duration, interval};

/// Bytes of the answer that is too large to keep.
pub const HUGE: usize = 64 << 20;
const BEFORE_BODY: &[u8] = b"\r\n\r\n";

/// Listens until the test is over.
pub async fn listen() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                // Whoever hangs up has seen enough.
                let _ = answer(stream).await;
            });
        }
    });
    address
}

/// An address at which nobody listens.
pub async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("bound")
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let request = request(&mut stream).await?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let whole = |status: &str, headers: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        )
    };
    let text = match path.as_str() {
        "/ok" => whole("200 OK", "X-Own: yes\r\n", "all is well"),
        "/empty" => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "/teapot" => whole("418 I'm a teapot", "", "short and stout"),
        "/echo" => whole("200 OK", "", &request),
        "/short" => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".to_owned(),
        "/long" => "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsome more than that".to_owned(),
        "/loop" => whole("302 Found", "Location: /loop\r\n", ""),
        "/once" => whole("301 Moved", "Location: /ok\r\n", "moved"),
        "/inside" => whole(
            "302 Found",
            "Location: http://169.254.169.254/latest\r\n",
            "",
        ),
        "/nowhere" => whole("302 Found", "Location: ftp://example.org/\r\n", ""),
        "/garbage" => "what is this\r\n\r\n".to_owned(),
        "/hang-up" => return Ok(()),
        "/stall" => return std::future::pending().await,
        "/drip" => return drip(stream).await,
        "/huge" => return huge(stream).await,
        "/charset" => {
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
            stream
                .write_all(&[head.as_bytes(), b"gr\xfc\xdfe"].concat())
                .await?;
            return stream.shutdown().await;
        }
        _ => whole("404 Not Found", "", "nothing here"),
    };
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}

/// Head and body of a request, as far as its length says.
async fn request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await?;
        bytes.extend(&piece[..count]);
        // A greeting in TLS, which is not spoken here.
        if bytes.first() == Some(&0x16) {
            return Ok(String::new());
        }
        let head = bytes.windows(4).position(|four| four == BEFORE_BODY);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse::<usize>().ok())?
        });
        let whole = head.map(|head| head + 4 + length.unwrap_or(0));
        if count == 0 || whole.is_some_and(|whole| bytes.len() >= whole) {
            return Ok(text);
        }
    }
}

async fn drip(mut stream: TcpStream) -> std::io::Result<()> {
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        .await?;
    let mut turns = interval(Duration::from_millis(50));
    loop {
        turns.tick().await;
        stream.write_all(b"d").await?;
    }
}

async fn huge(mut stream: TcpStream) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let piece = [b'h'; 1 << 16];
    for _ in 0..HUGE / piece.len() {
        stream.write_all(&piece).await?;
    }
    stream.shutdown().await
}

/// A server that speaks TLS, for as long as it is held.
pub struct Secure {
    /// Where.
    pub address: String,
    _process: Child,
}

impl Secure {
    /// With this certificate and key.
    pub async fn listen(certificate: &Path, key: &Path) -> Self {
        let mut openssl = Command::new("openssl");
        openssl.args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert"]);
        openssl.arg(certificate).arg("-key").arg(key);
        openssl
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut process = openssl.spawn().expect("openssl is installed");
        let output = process.stdout.take().expect("piped");
        let mut lines = BufReader::new(output).lines();
        let address = loop {
            let line = lines
                .next_line()
                .await
                .expect("readable")
                .expect("it listens");
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.to_owned();
            }
        };
        Self {
            address,
            _process: process,
        }
    }
}
