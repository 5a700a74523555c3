//! All ports are taken before anything starts, so that a busy one leaves nothing half started.

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
};

use anyhow::{Context, Result, anyhow};
use tokio::net::TcpListener;

use crate::Options;

/// The listeners of a stack.
pub(crate) struct Ports {
    pub(crate) api: Port,
    pub(crate) dynamodb: Port,
    pub(crate) s3: Port,
    pub(crate) aws: Port,
    /// None with the real Twilio.
    pub(crate) simulator: Option<Port>,
}

/// A listener, with its number.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    pub(crate) number: u16,
}

impl Port {
    /// As this machine reaches it, also when it listens for others.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.number)
    }
}

impl Ports {
    /// # Errors
    /// A port is busy: it is named with what it is for and the option that changes it.
    pub(crate) async fn bind(options: &Options) -> Result<Self> {
        let host = options.host;
        let simulator = match &options.twilio {
            Some(_) => None,
            None => {
                Some(bind("the simulator", "--simulator-port", host, options.simulator_port).await?)
            }
        };
        Ok(Self {
            api: bind("the API", "--port", host, options.port).await?,
            dynamodb: bind("DynamoDB", "--dynamodb-port", host, options.dynamodb_port).await?,
            s3: bind("S3", "--s3-port", host, options.s3_port).await?,
            aws: bind("SQS and Secrets Manager", "--aws-port", host, options.aws_port).await?,
            simulator,
        })
    }
}

async fn bind(what: &str, option: &str, host: IpAddr, port: u16) -> Result<Port> {
    let address = SocketAddr::new(host, port);
    let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "port {port} for {what} is in use by another program: \
             stop that program, or choose another port with {option} (0 is any free one)"
        ),
        _ => anyhow!(error).context(format!("port {port} for {what} ({option}) cannot be opened")),
    })?;
    let number = listener.local_addr().context("the port has no number")?.port();
    Ok(Port { listener, number })
}
