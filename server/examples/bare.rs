//! What HTTP costs with poem and nothing behind it: every request gets the same JSON. `make bench`
//! compares the server with it.

use std::process::ExitCode;

use poem::endpoint::make_sync;
use poem::listener::TcpListener;
use poem::{Response, Server};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(body)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: bare ADDRESS BODY");
        return ExitCode::FAILURE;
    };
    match serve(address, body.into()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bare: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(address: String, body: bytes::Bytes) -> std::io::Result<()> {
    let answer =
        make_sync(move |_| Response::builder().content_type("application/json").body(body.clone()));
    Server::new(TcpListener::bind(address)).run(answer).await
}
