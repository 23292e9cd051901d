//! Swagger UI in a browser: headless Chromium, driven over WebDriver
//! (<https://www.w3.org/TR/webdriver2/>). Skipped where `chromedriver` is missing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bailey::Settings;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the page may take for a step.
const PATIENCE: Duration = Duration::from_secs(30);

/// What chromedriver says before its port.
const PORT: &str = "successfully on port ";

/// The key, as WebDriver writes it.
const TAB: char = '\u{e004}';

/// The name under which WebDriver gives elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// `None` where there is none.
    fn start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        let command = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().ok()?;
        let out = BufReader::new(driver.stdout.take().unwrap());
        let line = out.lines().map_while(Result::ok).find(|line| line.contains(PORT));
        let port = line.unwrap().split(PORT).nth(1).unwrap().trim_end_matches('.').to_string();
        let profile = TempDir::new().unwrap();
        let data = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=1100,1000",
            &data,
        ];
        let mut browser =
            Self { driver, port: port.parse().unwrap(), session: String::new(), _profile: profile };
        let wanted = json!({ "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" } });
        let made = browser.ask("POST", "", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        browser.session = format!("/{}", made["sessionId"].as_str().unwrap());
        Some(browser)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.exchange(method, path, body).unwrap()
    }

    fn exchange(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let length = body.len();
        let head = format!(
            "{method} /session{}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n",
            self.session
        );
        stream.write_all((head + &body).as_bytes())?;
        let mut answer = BufReader::new(stream);
        let (mut line, mut length) = (String::from("-"), 0);
        while !line.trim().is_empty() {
            line.clear();
            answer.read_line(&mut line)?;
            if let Some((_, value)) = line.to_lowercase().split_once("content-length:") {
                length = value.trim().parse().unwrap_or_default();
            }
        }
        Ok(serde_json::from_reader::<_, Value>(answer.take(length))?["value"].take())
    }

    fn run(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until there is such an element, and what it is.
    fn find(&self, css: &str) -> String {
        let started = Instant::now();
        loop {
            let found =
                self.ask("POST", "/element", &json!({ "using": "css selector", "value": css }));
            if let Some(id) = found[ELEMENT].as_str() {
                return format!("/element/{id}");
            }
            assert!(started.elapsed() < PATIENCE, "the page has no {css}");
            std::thread::yield_now();
        }
    }

    fn click(&self, css: &str) {
        let script = "arguments[0].scrollIntoView({block: 'center'}); arguments[0].click()";
        let element = self.find(css);
        let element = json!({ ELEMENT: element.rsplit('/').next().unwrap() });
        let done =
            self.ask("POST", "/execute/sync", &json!({ "script": script, "args": [element] }));
        assert!(done.is_null(), "{css}: {done}");
    }

    /// Types a text and leaves the field, which is when the page takes it.
    fn fill(&self, css: &str, text: &str) {
        let (element, text) = (self.find(css), format!("{text}{TAB}"));
        self.ask("POST", &format!("{element}/clear"), &json!({}));
        let done = self.ask("POST", &format!("{element}/value"), &json!({ "text": text }));
        assert!(done.is_null(), "{css}: {done}");
    }

    fn text(&self, css: &str) -> String {
        let element = self.find(css);
        let text = self.ask("GET", &format!("{element}/text"), &Value::Null);
        text.as_str().unwrap().to_string()
    }

    fn theme(&self, theme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": theme });
        let command =
            json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": [feature] } });
        self.ask("POST", "/goog/cdp/execute", &command);
    }

    /// A picture of an operation, where `BAILEY_SCREENSHOT` names a file. Without the token.
    fn screenshot(&self, operation: &str) {
        let Ok(file) = std::env::var("BAILEY_SCREENSHOT") else { return };
        self.run("document.querySelectorAll('.curl-command').forEach(e => e.remove())");
        self.run(&format!("document.querySelector(\"[id$='{operation}']\").scrollIntoView()"));
        let picture = self.ask("GET", "/screenshot", &Value::Null);
        std::fs::write(file, STANDARD.decode(picture.as_str().unwrap()).unwrap()).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.exchange("DELETE", "", &json!({})));
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// An operation on the page, with its fields filled in and sent; status and body of the answer.
fn try_out(browser: &Browser, operation: &str, fields: &[(&str, &str)]) -> (String, String) {
    let block = format!("[id$='{operation}']");
    browser.click(&format!("{block} .opblock-summary-control"));
    for (name, value) in fields {
        let field = match *name {
            "body" => format!("{block} textarea.body-param__text"),
            name => format!("{block} tr[data-param-name='{name}'] input"),
        };
        browser.fill(&field, value);
    }
    browser.click(&format!("{block} .btn.execute"));
    let answer = format!("{block} .live-responses-table .response");
    let status = browser.text(&format!("{answer} .response-col_status"));
    let body = browser.text(&format!("{answer} .highlight-code"));
    let asked = browser.text(&format!("{block} .curl-command"));
    assert!(asked.contains("accept: application/json"), "{asked}");
    (status.lines().next().unwrap().to_string(), body)
}

fn scene(browser: &Browser, address: &str, token: &str) {
    browser.theme("light");
    browser.ask("POST", "/url", &json!({ "url": format!("http://{address}/") }));
    browser.click(".btn.authorize");
    browser.fill(".modal-ux input", token);
    browser.click(".modal-ux .btn.authorize");
    browser.click(".modal-ux .btn-done");
    let org = ("x-zitadel-orgid", "acme");
    let read = try_out(browser, "ManagementService_GetHumanPhone", &[("userId", "gigi"), org]);
    assert!(read.0 == "200" && read.1.contains("+41791234567"), "{read:?}");
    let other = [("userId", "gigi"), ("x-zitadel-orgid", "nowhere")];
    let refused = try_out(browser, "ManagementService_GetHumanEmail", &other);
    assert!(refused.0 == "403" && refused.1.contains("AUTH-Bs7Ds"), "{refused:?}");
    let body = r#"{"phone":"+41791234567","isPhoneVerified":true}"#;
    let fields = [("userId", "gigi"), org, ("body", body)];
    let write = try_out(browser, "ManagementService_UpdateHumanPhone", &fields);
    assert!(write.0 == "400" && write.1.contains("COMMAND-wF94r"), "{write:?}");
    browser.screenshot("ManagementService_GetHumanPhone");
    dark(browser);
    loads_nothing_from_elsewhere(browser, address);
}

/// The page follows the theme, and Swagger UI is turned around with it.
fn dark(browser: &Browser) {
    let look = "return [getComputedStyle(document.body).backgroundColor, \
                getComputedStyle(document.getElementById('ui')).filter]";
    assert_eq!(browser.run(look), json!(["rgb(255, 255, 255)", "none"]));
    browser.theme("dark");
    let look = browser.run(look);
    assert!(look[0] != "rgb(255, 255, 255)" && look[1] != "none", "{look}");
}

fn loads_nothing_from_elsewhere(browser: &Browser, address: &str) {
    let loaded = browser.run("return performance.getEntriesByType('resource').map(e => e.name)");
    let loaded = loaded.as_array().unwrap();
    assert!(loaded.len() >= 5, "{loaded:?}");
    for name in loaded {
        let name = name.as_str().unwrap();
        let own = name.starts_with(&format!("http://{address}/")) || name.starts_with("data:");
        assert!(own, "the page loads {name}");
    }
    let log = browser.ask("POST", "/se/log", &json!({ "type": "browser" }));
    let refused: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| {
            entry["message"].as_str().is_some_and(|text| text.contains("Content Security Policy"))
        })
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn swagger_ui_works() {
    let Some(browser) = Browser::start() else {
        return eprintln!("chromedriver is missing: the test of Swagger UI is skipped");
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let settings = Settings { example: true, ..Settings::for_tests(":memory:") };
    let server = runtime.block_on(bailey::start(&settings)).unwrap();
    scene(&browser, &server.address.to_string(), &server.token);
    drop(browser);
    runtime.block_on(server.stop());
}
