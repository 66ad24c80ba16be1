//! What a person does in the real window, once in each language.

use std::time::Instant;

use belfry_desktop::desk::Desk;
use belfry_desktop::window::Window;
use belfry_desktop::words::{CHINESE, ENGLISH, Words};
use serde_json::json;
use tokio::sync::Mutex;

/// There is one screen, and the program has one window for each person.
static SCREEN: Mutex<()> = Mutex::const_new(());

/// Programs that wait for a gate, so that nothing depends on how long anything takes.
const JOBS: &str = r#"
[[job]]
project = "shop"
name = "import"
owner = "orders team"
tags = ["nightly"]
schedule = "@manual"
timeout = "10m"
stop_grace = "30s"
[job.shell]
script = '''
trap 'while [ ! -e "@GATES@/end" ]; do sleep 0.05; done; echo "put away"; exit 143' TERM
echo "begun"
while [ ! -e "@GATES@/go" ]; do sleep 0.05; done
echo "went on"
while :; do sleep 0.05; done
'''

[[job]]
project = "shop"
name = "greeting"
schedule = "@manual"
shell = { script = 'echo "good morning from $BELFRY_JOB"' }
"#;

fn row(name: &str) -> String {
    format!("//*[@role='row'][.//*[@role='gridcell']//*[normalize-space(.)='{name}']]")
}

fn button(label: &str) -> String {
    format!("//button[normalize-space(.)='{label}']")
}

/// The heading of a run's screen, with its state beside it.
fn run_in_state(state: &str, job: &str) -> String {
    format!(
        "//header[.//h1[contains(., '{job}')]][.//*[contains(@class, 'badge')][normalize-space(.)='{state}']]"
    )
}

fn log_line(words: &Words, text: &str) -> String {
    format!(
        "//*[@aria-label='{}']//*[contains(., '{text}')]",
        words.log_lines
    )
}

fn add_examples(window: &Window, words: &Words) {
    window.shows(&format!("//*[contains(text(), '{}')]", words.no_jobs));
    window.press(&button(words.add_examples));
    window.shows(&format!(
        "//*[@role='grid'][@aria-label='{}']",
        words.job_list
    ));
}

fn sees_it_ring(window: &Window, words: &Words) {
    let [before, after] = words.last_runs;
    let count =
        format!("number(substring-before(substring-after(@aria-label, '{before}'), '{after}'))");
    window.shows(&format!("{}//*[{count} >= 3]", row("heartbeat")));
}

fn run_now(window: &Window, words: &Words, job: &str) {
    window.press(&row(job));
    window.press(&format!(
        "//aside[.//h2[normalize-space(.)='{job}']]{}",
        button(words.run_now)
    ));
    window.press(&button(words.open_run));
}

/// Returns to the list by the run's own way to its job, whose drawer is open then.
fn back_to_jobs(window: &Window, words: &Words) {
    window.press(&format!("//a[normalize-space(.)='{}']", words.open_job));
    window.shows(&row("heartbeat"));
}

fn follows_the_log(desk: &Desk, window: &Window, words: &Words) {
    run_now(window, words, "import");
    window.shows(&run_in_state(words.running, "import"));
    window.shows(&log_line(words, "begun"));
    window.shows(&button(words.following));
    desk.open_gate("go");
    window.shows(&log_line(words, "went on"));
    desk.picture(window, words, "run");
}

fn kills_it(desk: &Desk, window: &Window, words: &Words) {
    window.press(&button(words.kill));
    window.press(&format!("//*[@role='dialog']{}", button(words.kill)));
    let asked = format!(
        "[.//*[@role='status'][contains(., '{}')]]",
        words.kill_asked
    );
    window.shows(&format!("{}{asked}", run_in_state(words.running, "import")));
    desk.picture(window, words, "killing");
    desk.open_gate("end");
    let quiet = "[not(.//*[@role='status'])]";
    window.shows(&format!("{}{quiet}", run_in_state(words.killed, "import")));
    window.shows(&log_line(words, "put away"));
    desk.picture(window, words, "killed");
}

fn pauses_one(desk: &Desk, window: &Window, words: &Words) {
    window.press(&format!(
        "//button[@role='switch'][@aria-label='{}']",
        words.enable
    ));
    let resting = "[.//button[@role='switch'][@aria-checked='false']]";
    let said = format!("[.//*[normalize-space(.)='{}']]", words.paused);
    window.shows(&format!("{}{resting}{said}", row("heartbeat")));
    desk.picture(window, words, "paused");
}

fn stops_and_starts_the_agent(desk: &Desk, window: &Window, words: &Words) {
    let runs = format!(
        "//header//*[@role='status'][normalize-space(.)='{}']",
        words.agent_runs
    );
    window.shows(&runs);
    window.press(&format!("//button[@aria-label='{}']", words.settings));
    window.shows(&button(words.stop_agent));
    desk.picture(window, words, "settings");
    window.press(&button(words.stop_agent));
    window.press(&format!("//*[@role='dialog']{}", button(words.stop_agent)));
    window.shows(&format!(
        "//main//*[normalize-space(.)='{}']",
        words.no_agent
    ));
    desk.picture(window, words, "no-agent");
    window.press(&format!("//main{}", button(words.start_agent)));
    window.shows(&runs);
}

/// Whoever closes the window and opens it again finds everything as it went on.
async fn opens_it_again(desk: &Desk, words: &Words) {
    let begun = Instant::now();
    let window = desk.window().await;
    window.shows(&row("heartbeat"));
    let time = begun.elapsed().as_millis();
    println!(
        "{}: first jobs {time} ms after the start of the driver",
        words.code
    );
    window.shows(&format!(
        "{}[.//*[normalize-space(.)='{}']]",
        row("heartbeat"),
        words.paused
    ));
    window.shows(&row("import"));
}

async fn walk(words: &Words) {
    let desk = Desk::new(words);
    let window = desk.window().await;
    add_examples(&window, words);
    sees_it_ring(&window, words);
    desk.apply(JOBS);
    window.shows(&row("import"));
    desk.picture(&window, words, "jobs");
    follows_the_log(&desk, &window, words);
    kills_it(&desk, &window, words);
    back_to_jobs(&window, words);
    desk.picture(&window, words, "drawer");
    pauses_one(&desk, &window, words);
    run_now(&window, words, "greeting");
    window.shows(&run_in_state(words.succeeded, "greeting"));
    window.shows(&log_line(words, "good morning from"));
    stops_and_starts_the_agent(&desk, &window, words);
    let agent = desk.agent().expect("the window has started an agent");
    drop(window);
    opens_it_again(&desk, words).await;
    assert_eq!(
        desk.agent(),
        Some(agent),
        "the agent goes on when the window closes"
    );
}

#[tokio::test]
async fn a_person_runs_follows_kills_and_pauses_jobs_in_english() {
    let _screen = SCREEN.lock().await;
    walk(&ENGLISH).await;
}

#[tokio::test]
async fn a_person_runs_follows_kills_and_pauses_jobs_in_chinese() {
    let _screen = SCREEN.lock().await;
    walk(&CHINESE).await;
}

/// What a hostile line of output would try if it ever became more than text.
const TRIES: &str = r#"
const done = arguments[arguments.length - 1]
const refused = []
document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective))
const frame = document.createElement('iframe')
frame.src = 'https://example.org/'
document.body.append(frame)
const image = new Image()
image.src = 'https://example.org/image.png'
const script = document.createElement('script')
script.textContent = 'window.ran = true'
document.body.append(script)
const invoke = (name) => window.__TAURI_INTERNALS__.invoke(name).then(() => 'done', () => 'refused')
const fetched = fetch('https://example.org/').then(() => 'done', () => 'refused')
Promise.all([fetched, invoke('plugin:window|close'), invoke('plugin:event|emit'), invoke('hello')]).then(
  ([fetched, close, emit, hello]) => {
    const answers = { fetched, close, emit, hello: hello === 'done' }
    const frozen = Object.isFrozen(Object.prototype)
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    done({ ...answers, frozen, still, global: '__TAURI__' in window, ran: 'ran' in window, refused: refused.sort() })
  },
)
"#;

#[tokio::test]
async fn a_script_in_the_window_reaches_nothing_but_the_windows_own_commands() {
    let _screen = SCREEN.lock().await;
    let desk = Desk::new(&ENGLISH);
    let window = desk.window().await;
    window.shows(&format!("//*[contains(text(), '{}')]", ENGLISH.no_jobs));
    let heard = window.hears(TRIES);
    let refused = ["connect-src", "frame-src", "img-src", "script-src-elem"];
    let expected = json!({
        "fetched": "refused", "close": "refused", "emit": "refused", "hello": true,
        "frozen": true, "still": true, "global": false, "ran": false, "refused": refused,
    });
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn stores_that_cannot_be_opened_are_said_and_tried_again_on_request() {
    let _screen = SCREEN.lock().await;
    let desk = Desk::new(&ENGLISH);
    desk.take_the_stores_away();
    let window = desk.window().await;
    window.shows("//*[@role='alert'][contains(., 'The store cannot be reached.')]");
    window.shows("//header[not(.//*[@role='status'])]");
    desk.picture(&window, &ENGLISH, "no-stores");
    desk.give_the_stores_back();
    window.press(&button("Try again"));
    window.shows(&format!("//*[contains(text(), '{}')]", ENGLISH.no_jobs));
    window.shows(&format!(
        "//header//*[normalize-space(.)='{}']",
        ENGLISH.agent_runs
    ));
}
