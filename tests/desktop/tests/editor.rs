//! What a person makes and changes in the real window, once in each language.

use belfry_desktop::desk::Desk;
use belfry_desktop::window::{SAVE, Window};
use belfry_desktop::words::{CHINESE, ENGLISH, Words};
use tokio::sync::Mutex;

/// There is one screen, and the program has one window for each person.
static SCREEN: Mutex<()> = Mutex::const_new(());

/// What the editor says.
struct EditorWords {
    window: &'static Words,
    new_job: &'static str,
    script: &'static str,
    nightly: &'static str,
    every_5_minutes: &'static str,
    next: &'static str,
    effect: &'static str,
    try_once: &'static str,
    trial_output: &'static str,
    save: &'static str,
    edit: &'static str,
    history: &'static str,
    restore_first: &'static str,
    restored: &'static str,
    duplicate: &'static str,
    nameless: &'static str,
    runs: &'static str,
    trial: &'static str,
}

const IN_ENGLISH: EditorWords = EditorWords {
    window: &ENGLISH,
    new_job: "New job",
    script: "Script",
    nightly: "at 03:00 every day",
    every_5_minutes: "every 5 minutes",
    next: "Next 10 runs",
    effect: "Will run next",
    try_once: "Try once",
    trial_output: "Output of the trial",
    save: "Save",
    edit: "Edit",
    history: "History",
    restore_first: "Restore version 1",
    restored: "restored",
    duplicate: "Duplicate",
    nameless: "Give it a name",
    runs: "Runs",
    trial: "trial",
};

const IN_CHINESE: EditorWords = EditorWords {
    window: &CHINESE,
    new_job: "新建任务",
    script: "脚本",
    nightly: "每天 03:00",
    every_5_minutes: "每 5 分钟",
    next: "接下来的 10 次运行",
    effect: "下次运行",
    try_once: "试运行一次",
    trial_output: "试运行的输出",
    save: "保存",
    edit: "编辑",
    history: "历史",
    restore_first: "还原版本 1",
    restored: "还原",
    duplicate: "复制",
    nameless: "请起个名字",
    runs: "运行",
    trial: "试运行",
};

fn button(label: &str) -> String {
    format!("//button[normalize-space(.)='{label}']")
}

fn link(label: &str) -> String {
    format!("//a[normalize-space(.)='{label}']")
}

fn input(field: &str) -> String {
    format!("//*[@data-field='{field}']//input")
}

fn has_text(text: &str) -> String {
    format!("//*[contains(text(), '{text}')]")
}

fn drawer(job: &str) -> String {
    format!("//aside[.//h2[normalize-space(.)='{job}']]")
}

fn script(words: &EditorWords) -> String {
    format!("//*[@role='textbox'][@aria-label='{}']", words.script)
}

/// The mistakes come first, then the job, with its next runs before it is saved.
fn makes_a_job(desk: &Desk, window: &Window, words: &EditorWords) {
    window.shows(&has_text(words.window.no_jobs));
    window.press(&link(words.new_job));
    window.shows(&has_text(words.nightly));
    window.press(&button(words.save));
    window.shows(&format!(
        "//*[@data-field='name']{}",
        has_text(words.nameless)
    ));
    window.types(&input("name"), "greeting");
    window.types(&script(words), "echo \"good morning from $BELFRY_JOB\"");
    let ten = "[count(.//li) = 10]";
    window.shows(&format!("//section[@aria-label='{}']{ten}", words.next));
    window.shows(&has_text(words.effect));
    desk.picture(window, words.window, "editor");
}

fn tries_it(desk: &Desk, window: &Window, words: &EditorWords) {
    window.shows(&format!(
        "//header//*[normalize-space(.)='{}']",
        words.window.agent_runs
    ));
    window.press(&button(words.try_once));
    let output = format!("//*[@aria-label='{}']", words.trial_output);
    window.shows(&format!(
        "{output}//*[contains(., 'good morning from greeting')]"
    ));
    let state = format!("[normalize-space(.)='{}']", words.window.succeeded);
    window.shows(&format!("//*[contains(@class, 'badge')]{state}"));
    desk.picture(window, words.window, "trial");
}

fn changes_it(window: &Window, words: &EditorWords) {
    window.press(&format!("{}{}", drawer("greeting"), link(words.edit)));
    window.types(&input("schedule"), "*/5 * * * *");
    window.shows(&has_text(words.every_5_minutes));
    window.shows("//dd[contains(., '0 3 * * *')][contains(., '*/5 * * * *')]");
    window.keys(&input("schedule"), SAVE);
    let words_of_it = format!("[contains(., '{}')]", words.every_5_minutes);
    window.shows(&format!("{}{words_of_it}", drawer("greeting")));
}

/// Who changed what is there, and what was before comes back by one press.
fn restores_it(desk: &Desk, window: &Window, words: &EditorWords) {
    let drawer = drawer("greeting");
    window.press(&format!(
        "{drawer}//button[@role='tab'][normalize-space(.)='{}']",
        words.history
    ));
    let newest = format!("{drawer}//ol/li[1]");
    window.shows(&format!("{newest}[contains(., '*/5 * * * *')]"));
    window.press(&format!("//button[@aria-label='{}']", words.restore_first));
    window.shows(&format!(
        "{newest}[contains(., '{}')][contains(., '0 3 * * *')]",
        words.restored
    ));
    desk.picture(window, words.window, "restored");
}

fn duplicates_it(window: &Window, words: &EditorWords) {
    window.press(&format!("{}{}", drawer("greeting"), link(words.duplicate)));
    window.shows("//h1[contains(., 'greeting')]");
    window.shows(&input("name"));
    window.press(&button(words.save));
    window.shows(&drawer("greeting-copy"));
}

/// The trial stands among the runs though nothing was saved for it.
fn sees_the_trial(window: &Window, words: &EditorWords) {
    window.press(&format!("//nav{}", link(words.runs)));
    window.shows("//*[@role='row'][contains(., 'greeting')]");
    // What made it happen is counted beside the list.
    window.shows(&has_text(words.trial));
}

async fn walk(words: &EditorWords) {
    let desk = Desk::new(words.window);
    let window = desk.window().await;
    makes_a_job(&desk, &window, words);
    tries_it(&desk, &window, words);
    window.keys(&input("name"), SAVE);
    window.shows(&drawer("greeting"));
    changes_it(&window, words);
    restores_it(&desk, &window, words);
    duplicates_it(&window, words);
    sees_the_trial(&window, words);
}

#[tokio::test]
async fn a_person_makes_tries_changes_restores_and_duplicates_a_job_in_english() {
    let _screen = SCREEN.lock().await;
    walk(&IN_ENGLISH).await;
}

#[tokio::test]
async fn a_person_makes_tries_changes_restores_and_duplicates_a_job_in_chinese() {
    let _screen = SCREEN.lock().await;
    walk(&IN_CHINESE).await;
}
