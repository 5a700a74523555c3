//! The binary's options.

use std::{env, ffi::OsString, fs, path::PathBuf, str::FromStr};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use shared::flow::Flow;

use crate::{
    Options, RealTwilio,
    call::{self, Call},
    token::{self, Token},
};

/// What `--help` prints.
pub const HELP: &str = "\
Runs Switchboard on this machine: its API, a simulated Twilio, DynamoDB, S3, SQS.

Usage: local [options]        run until Ctrl-C
       local call …           place a simulated call; see `local call --help`
       local token …          print an access token; see `local token --help`

Options (a port of 0 is any free one):
  --port N             the API (3000)
  --simulator-port N   the simulator and its phones page (3001)
  --dynamodb-port N    DynamoDB (3002)
  --s3-port N          S3 (3003)
  --aws-port N         SQS, Secrets Manager and Cognito (3004)
  --host ADDRESS       where to listen (127.0.0.1); 0.0.0.0 lets in containers, and everybody on
                       your network
  --allow-host NAME    a name of this machine, beside its addresses and localhost
  --allow-origin URL   a page of another origin that may ask, e.g. of a development server
  --ephemeral          keep nothing: data in memory and a temporary folder
  --no-seed            begin without the contacts of the tour
  --unplug FUNCTION    no queue, stream or schedule invokes it, e.g. ConferenceTimer: to see what
                       becomes of calls then; as often as needed
  --data-dir PATH      where data is kept (.local beside the template)
  --template PATH      another template.yaml
  --function-dir PATH  where the function binaries are (beside this program)
  --speed N            divide simulated durations by N (1)
  --parameter K=V      a parameter of the template, as often as needed
  --flow main=PATH     a Studio flow that answers calls instead of flows/main.json
  --public-url URL     the address where Twilio reaches the API, for instance of a tunnel; also
                       PUBLIC_URL. Uses the real Twilio account of TWILIO_ACCOUNT_SID and
                       TWILIO_AUTH_TOKEN (and TWILIO_API_URL) instead of the simulator;
                       MAIN_NUMBER is the account's number, OWNER_NUMBER the phone that key 1
                       rings.
";

/// What the binary was asked to do.
#[derive(Debug)]
pub enum Command {
    /// Run a stack.
    Run(Box<Options>),
    /// Place a call.
    Call(Call),
    /// Print an access token.
    Token(Token),
    /// Print this text.
    Help(&'static str),
}

impl Command {
    /// Reads arguments, and through `variable` the environment.
    ///
    /// # Errors
    /// An unknown option, a value that is not understood, or a variable that is missing.
    pub fn parse(
        arguments: impl IntoIterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let mut arguments = arguments.into_iter().peekable();
        if arguments.next_if(|first| first == "call").is_some() {
            return Ok(Call::parse(arguments)?.map_or(Self::Help(call::HELP), Self::Call));
        }
        if arguments.next_if(|first| first == "token").is_some() {
            return Ok(Token::parse(arguments)?.map_or(Self::Help(token::HELP), Self::Token));
        }
        let mut options = Options::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(Self::Help(HELP)),
                Long("host") => options.host = value(&mut parser)?,
                Long("port") => options.port = value(&mut parser)?,
                Long("simulator-port") => options.simulator_port = value(&mut parser)?,
                Long("dynamodb-port") => options.dynamodb_port = value(&mut parser)?,
                Long("s3-port") => options.s3_port = value(&mut parser)?,
                Long("aws-port") => options.aws_port = value(&mut parser)?,
                Long("allow-host") => options.allowed_hosts.push(value(&mut parser)?),
                Long("allow-origin") => options.allowed_origins.push(value(&mut parser)?),
                Long("ephemeral") => options.ephemeral = true,
                Long("no-seed") => options.seed = false,
                Long("unplug") => drop(options.unplugged.insert(value(&mut parser)?)),
                Long("data-dir") => options.data_dir = PathBuf::from(parser.value()?),
                Long("template") => options.template = PathBuf::from(parser.value()?),
                Long("function-dir") => options.function_dir = Some(parser.value()?.into()),
                Long("speed") => {
                    options.speed = value(&mut parser)?;
                    if !(options.speed > 0.0 && options.speed.is_finite()) {
                        bail!("--speed: {} is not a speed", options.speed);
                    }
                }
                Long("parameter") => {
                    let pair: String = value(&mut parser)?;
                    let Some((name, text)) = pair.split_once('=') else {
                        bail!("--parameter {pair}: write it as Name=value");
                    };
                    options.parameters.insert(name.to_owned(), text.to_owned());
                }
                Long("flow") => {
                    let (name, path) = flow(&value::<String>(&mut parser)?)?;
                    options.parameters.insert(name, path);
                }
                Long("public-url") => options.public_url = Some(value(&mut parser)?),
                other => return Err(other.unexpected().into()),
            }
        }
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let public_url = options.public_url.take().or_else(|| variable("PUBLIC_URL"));
        if let Some(url) = public_url {
            let required = |name: &str| {
                variable(name).with_context(|| {
                    format!("with a public URL the stack uses the real Twilio: set {name}")
                })
            };
            options.twilio = Some(RealTwilio {
                api_url: variable("TWILIO_API_URL")
                    .unwrap_or_else(|| "https://api.twilio.com".to_owned()),
                account_sid: required("TWILIO_ACCOUNT_SID")?,
                auth_token: required("TWILIO_AUTH_TOKEN")?,
            });
            if !url.starts_with("https://") && !url.starts_with("http://") {
                bail!("--public-url: {url} does not begin with https://");
            }
            options.public_url = Some(url.trim_end_matches('/').to_owned());
            for (name, parameter) in
                [("OWNER_NUMBER", "OwnerNumber"), ("MAIN_NUMBER", "MainNumber")]
            {
                if let Some(number) = variable(name) {
                    options.parameters.entry(parameter.to_owned()).or_insert(number);
                }
            }
        }
        Ok(Self::Run(Box::new(options)))
    }

    /// Reads the arguments and the environment of this process.
    ///
    /// # Errors
    /// As [`Command::parse`].
    pub fn from_process() -> Result<Self> {
        Self::parse(env::args_os().skip(1), |name| env::var(name).ok())
    }
}

/// The parameter of the template that holds the file of a flow, and the file.
fn flow(pair: &str) -> Result<(String, String)> {
    let Some(("main", path)) = pair.split_once('=') else {
        bail!("--flow {pair}: write it as main=FILE");
    };
    let path = fs::canonicalize(path).with_context(|| format!("--flow: {path} cannot be read"))?;
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Flow::load(&text).with_context(|| path.display().to_string())?;
    let path = path.to_str().context("--flow: the path is not UTF-8")?.to_owned();
    Ok(("LocalMainFlow".to_owned(), path))
}

fn value<T: FromStr>(parser: &mut lexopt::Parser) -> Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    Ok(parser.value()?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str, variables: &[(&str, &str)]) -> Result<Options, String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        match Command::parse(line.split_whitespace().map(OsString::from), variable) {
            Ok(Command::Run(options)) => Ok(*options),
            Ok(other) => Err(format!("{other:?}")),
            Err(error) => Err(format!("{error:#}")),
        }
    }

    #[test]
    fn options_are_read() {
        let line = "--host 0.0.0.0 --port 8000 --s3-port=0 --ephemeral --speed 20 --parameter CompanyName=A=B";
        let options = parse(line, &[("PUBLIC_URL", "")]).unwrap();
        assert_eq!((options.port, options.s3_port, options.aws_port), (8000, 0, 3004));
        assert!(options.host.is_unspecified());
        assert!(options.ephemeral && options.twilio.is_none());
        assert_eq!(options.parameters["CompanyName"], "A=B");
    }

    #[test]
    fn a_public_url_needs_the_real_twilio() {
        insta::assert_snapshot!(
            parse("--public-url https://a.example", &[("TWILIO_ACCOUNT_SID", "AC1")]).unwrap_err(),
            @"with a public URL the stack uses the real Twilio: set TWILIO_AUTH_TOKEN"
        );
        let variables = [
            ("PUBLIC_URL", "https://a.example/"),
            ("TWILIO_ACCOUNT_SID", "AC1"),
            ("TWILIO_AUTH_TOKEN", "token"),
            ("OWNER_NUMBER", "+15005550198"),
        ];
        let options = parse("", &variables).unwrap();
        assert_eq!(options.public_url.as_deref(), Some("https://a.example"));
        assert_eq!(options.twilio.unwrap().api_url, "https://api.twilio.com");
        assert_eq!(options.parameters["OwnerNumber"], "+15005550198");
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for line in [
            "--prot 1",
            "--port many",
            "--parameter Name",
            "--speed 0",
            "extra",
            "--flow main",
            "--flow side=flows/main.json",
            "--flow main=no-such-file.json",
            "--flow main=Cargo.toml",
        ] {
            assert!(parse(line, &[]).is_err(), "{line}");
        }
    }
}
