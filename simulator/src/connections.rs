//! Connections that die while nobody uses them, as those of a client do that was frozen between
//! two requests: firewalls and the far end forget them, and the client learns it only from its next
//! request.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// For how long a connection must have been idle to count as dead.
const IDLE: Duration = Duration::from_millis(20);

/// What a client meets that sends a request on a connection that has died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stale {
    /// The far end resets the connection.
    Reset,
    /// Nothing ever comes back.
    BlackHole,
}

/// Whether a request that begins with these bytes, on a connection that was idle, meets a dead
/// connection.
pub type Fault = Arc<dyn Fn(&[u8]) -> Option<Stale> + Send + Sync>;

/// A listener whose connections may die while they are idle.
pub struct Listener {
    listener: TcpListener,
    fault: Fault,
}

impl Listener {
    /// Asks `fault` for each request that comes on a connection that was idle.
    pub fn new(
        listener: TcpListener,
        fault: impl Fn(&[u8]) -> Option<Stale> + Send + Sync + 'static,
    ) -> Self {
        Self { listener, fault: Arc::new(fault) }
    }
}

impl axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = SocketAddr;

    fn accept(&mut self) -> impl Future<Output = (Connection, SocketAddr)> + Send {
        let (listener, fault) = (&mut self.listener, &self.fault);
        async move {
            let (stream, address) = axum::serve::Listener::accept(listener).await;
            (Connection { stream, fault: fault.clone(), answered: None, is_dead: false }, address)
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that may die while it is idle.
pub struct Connection {
    stream: TcpStream,
    fault: Fault,
    /// When the last bytes of an answer were written, if nothing came since.
    answered: Option<Instant>,
    is_dead: bool,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
            let read = &buffer.filled()[before..];
            if read.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let was_idle = self.answered.take().is_some_and(|at| at.elapsed() >= IDLE);
            match was_idle.then(|| (self.fault)(read)).flatten() {
                Some(Stale::Reset) => {
                    self.stream.set_zero_linger()?;
                    return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
                }
                Some(Stale::BlackHole) => self.is_dead = true,
                None => {}
            }
            if !self.is_dead {
                return Poll::Ready(Ok(()));
            }
            buffer.set_filled(before);
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.answered = Some(Instant::now());
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.answered = Some(Instant::now());
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
