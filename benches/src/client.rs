//! A lean HTTP/1.1 client: one kept-alive connection, `Content-Length` bodies. The generator shares
//! two cores with the server it measures, so it must cost next to nothing.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One kept-alive connection.
pub(crate) struct Client {
    stream: TcpStream,
    host: SocketAddr,
    headers: String,
    buffer: Vec<u8>,
}

/// An answer: its status, when its first byte came, and its body.
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body as sent: compressed where the server compressed it.
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Connects to `host`; `headers` are sent with every request, each ended by CRLF.
    pub(crate) async fn connect(host: SocketAddr, headers: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).await.context("connect")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            host,
            headers: headers.to_owned(),
            buffer: Vec::with_capacity(8192),
        })
    }

    /// Sends a GET.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{}\r\n",
            self.host, self.headers
        );
        self.exchange(request.as_bytes()).await
    }

    /// Sends a POST with a JSON body.
    pub(crate) async fn post(&mut self, path: &str, body: &str) -> Result<Answer> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{}\r\n{body}",
            self.host,
            body.len(),
            self.headers
        );
        self.exchange(request.as_bytes()).await
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await.context("send")?;
        self.buffer.clear();
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.fill().await?;
        };
        let head = std::str::from_utf8(&self.buffer[..end]).context("head")?;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        let length = header(head, "content-length")
            .map(str::parse::<usize>)
            .transpose()?;
        let chunked = header(head, "transfer-encoding").is_some_and(|v| v.contains("chunked"));
        let body = match (length, chunked) {
            (Some(length), _) => self.sized(end, length).await?,
            (None, true) => self.chunked(end).await?,
            (None, false) => Vec::new(),
        };
        Ok(Answer { status, body })
    }

    async fn sized(&mut self, start: usize, length: usize) -> Result<Vec<u8>> {
        while self.buffer.len() < start + length {
            self.fill().await?;
        }
        Ok(self.buffer[start..start + length].to_vec())
    }

    async fn chunked(&mut self, mut at: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(end) = find(&self.buffer[at..], b"\r\n") {
                    break at + end;
                }
                self.fill().await?;
            };
            let size = std::str::from_utf8(&self.buffer[at..line])?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or(size).trim(), 16)?;
            while self.buffer.len() < line + 2 + size + 2 {
                self.fill().await?;
            }
            body.extend_from_slice(&self.buffer[line + 2..line + 2 + size]);
            at = line + 2 + size + 2;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    async fn fill(&mut self) -> Result<()> {
        if self
            .stream
            .read_buf(&mut self.buffer)
            .await
            .context("receive")?
            == 0
        {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
