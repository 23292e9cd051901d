//! A request of HTTP/1 sent line by line as it is written, on a connection of its own: what no
//! well-made client can send.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Answer, Client, LONGEST_ANSWER, Trouble};

/// The most headers of an answer.
const HEADERS: usize = 100;

/// Sends head and body; with `closes` the server has to close the connection after its answer.
///
/// # Errors
/// When there is no answer, or the connection stays open although it should not.
pub async fn send(client: &Client, request: &[u8], closes: bool) -> Result<Answer, Trouble> {
    if client.base.scheme_str() != Some("http") {
        return Err(Trouble::Broken("lines are sent without TLS only".into()));
    }
    let port = client.base.port_u16().unwrap_or(80);
    let host = client.base.host().unwrap_or_default();
    let address = (host.trim_matches(['[', ']']), port);
    let exchange = async {
        let unreachable = |e: std::io::Error| Trouble::Unreachable(e.to_string());
        let mut stream = TcpStream::connect(address).await.map_err(unreachable)?;
        let broken = |e: std::io::Error| Trouble::Broken(e.to_string());
        stream.write_all(request).await.map_err(broken)?;
        let mut text = Vec::new();
        loop {
            let ended = stream.read_buf(&mut text).await.map_err(broken)? == 0;
            match answer(&text, ended)? {
                Some((answer, end)) => return Ok((stream, answer, text.len() - end)),
                None if ended || text.len() > LONGEST_ANSWER => {
                    return Err(Trouble::Broken("the answer broke off".into()));
                }
                None => {}
            }
        }
    };
    let (mut stream, answer, mut more) =
        timeout(client.timeout, exchange).await.unwrap_or(Err(Trouble::Late))?;
    let end = async {
        while more == 0 {
            match stream.read(&mut [0; 512]).await {
                Ok(0) | Err(_) => break,
                Ok(read) => more += read,
            }
        }
    };
    if closes && timeout(client.timeout, end).await.is_err() {
        return Err(Trouble::Broken("the connection stays open".into()));
    }
    if closes && more > 0 {
        return Err(Trouble::Broken(
            "more comes behind the answer, on a connection to close".into(),
        ));
    }
    Ok(answer)
}

/// The answer and where it ends, once it is whole.
fn answer(text: &[u8], ended: bool) -> Result<Option<(Answer, usize)>, Trouble> {
    let mut fields = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Response::new(&mut fields);
    let broken = |e: &dyn std::fmt::Display| Trouble::Broken(format!("the answer: {e}"));
    let httparse::Status::Complete(length) = head.parse(text).map_err(|e| broken(&e))? else {
        return Ok(None);
    };
    let status = StatusCode::from_u16(head.code.unwrap_or_default()).map_err(|e| broken(&e))?;
    let mut headers = HeaderMap::new();
    for field in head.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|e| broken(&e))?;
        headers.append(name, HeaderValue::from_bytes(field.value).map_err(|e| broken(&e))?);
    }
    let rest = text.get(length..).unwrap_or_default();
    let body = body(&headers, rest, ended)?;
    let whole = |(body, used)| {
        (Answer { status, headers, body, trailers: HeaderMap::new() }, length + used)
    };
    Ok(body.map(whole))
}

/// The body and how many bytes it took.
fn body(headers: &HeaderMap, rest: &[u8], ended: bool) -> Result<Option<(Bytes, usize)>, Trouble> {
    if headers.contains_key("transfer-encoding") {
        return chunks(rest);
    }
    let length = super::header(headers, "content-length").parse::<usize>();
    let body = match length {
        Ok(length) => rest.get(..length),
        Err(_) => ended.then_some(rest),
    };
    Ok(body.map(|body| (Bytes::copy_from_slice(body), body.len())))
}

/// The chunks up to the last one and the trailers, once all are there.
fn chunks(text: &[u8]) -> Result<Option<(Bytes, usize)>, Trouble> {
    let mut rest = text;
    let mut body = Vec::new();
    loop {
        let size = httparse::parse_chunk_size(rest);
        let size = size.map_err(|_| Trouble::Broken("the answer: a broken chunk".into()))?;
        let httparse::Status::Complete((start, length)) = size else { return Ok(None) };
        if length == 0 {
            let mut trailers = [httparse::EMPTY_HEADER; HEADERS];
            let end = httparse::parse_headers(rest.get(start..).unwrap_or_default(), &mut trailers);
            let end = end.map_err(|e| Trouble::Broken(format!("the answer: {e}")))?;
            let httparse::Status::Complete((behind, _)) = end else { return Ok(None) };
            return Ok(Some((body.into(), text.len() - rest.len() + start + behind)));
        }
        let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
        let Some((chunk, after)) =
            end.and_then(|end| Some((rest.get(start..end)?, rest.get(end + 2..)?)))
        else {
            return Ok(None);
        };
        body.extend_from_slice(chunk);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, ended: bool) -> Option<String> {
        let (answer, _) = answer(text.as_bytes(), ended).unwrap()?;
        Some(String::from_utf8(answer.body.to_vec()).unwrap())
    }

    #[test]
    fn an_answer_ends_where_it_says() {
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n";
        for text in [length, chunked] {
            assert_eq!(read(text, false).as_deref(), Some("hi"));
            assert_eq!(read(&text[..text.len() - 9], false), None);
        }
        let open = "HTTP/1.0 400 Bad Request\r\n\r\nno";
        assert_eq!((read(open, false), read(open, true).as_deref()), (None, Some("no")));
        assert!(answer(b"SSH-2.0\r\n\r\n", true).is_err());
        for text in [length, chunked] {
            let (_, end) =
                answer(format!("{text}HTTP/1.1 200 OK").as_bytes(), false).unwrap().unwrap();
            assert_eq!(end, text.len());
        }
    }
}
