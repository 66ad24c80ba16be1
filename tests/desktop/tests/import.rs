//! A crontab in the real window: looked at, then imported, once in each language.

use belfry_desktop::desk::Desk;
use belfry_desktop::window::Window;
use belfry_desktop::words::{CHINESE, ENGLISH, Words};
use tokio::sync::Mutex;

/// There is one screen, and the program has one window for each person.
static SCREEN: Mutex<()> = Mutex::const_new(());

/// Lines of every kind that people have, right and wrong.
const CRONTAB: &str = include_str!("../../../core/tests/fixtures/crontab-of-a-person.txt");

/// What the import says.
struct ImportWords {
    window: &'static Words,
    own_crontab: &'static str,
    table: &'static str,
    counts: &'static str,
    import: &'static str,
    leave_out: &'static str,
    jobs: &'static str,
    /// Why one of the lines cannot be imported.
    reboot: &'static str,
    weekdays: &'static str,
}

const IN_ENGLISH: ImportWords = ImportWords {
    window: &ENGLISH,
    own_crontab: "Import this computer",
    table: "Lines of the crontab",
    counts: "13 new, 0 changed, 0 unchanged, 11 not imported",
    import: "Import 12 jobs",
    leave_out: "Import line 11",
    jobs: "Jobs",
    reboot: "use a systemd unit for work at boot",
    weekdays: "at 10:00 on weekdays",
};

const IN_CHINESE: ImportWords = ImportWords {
    window: &CHINESE,
    own_crontab: "导入本机的 crontab",
    table: "crontab 的各行",
    counts: "新建 13，变化 0，不变 0，无法导入 11",
    import: "导入 12 个任务",
    leave_out: "导入第 11 行",
    jobs: "任务",
    reboot: "开机要做的事请用 systemd 单元",
    weekdays: "工作日 10:00",
};

fn button(label: &str) -> String {
    format!("//button[normalize-space(.)='{label}']")
}

fn has_text(text: &str) -> String {
    format!("//*[contains(text(), '{text}')]")
}

fn row(name: &str) -> String {
    format!("//*[@role='row'][.//*[@role='gridcell']//*[normalize-space(.)='{name}']]")
}

fn opens_the_table(window: &Window, words: &ImportWords) {
    window.press(&format!("//button[contains(., '{}')]", words.own_crontab));
    window.shows(&format!("//table[@aria-label='{}']", words.table));
}

/// Nothing may ring here: what the lines call is not on this computer.
fn stops_the_agent(window: &Window, words: &Words) {
    window.press(&format!("//button[@aria-label='{}']", words.settings));
    window.press(&button(words.stop_agent));
    window.press(&format!("//*[@role='dialog']{}", button(words.stop_agent)));
    window.shows(&format!(
        "//main//*[normalize-space(.)='{}']",
        words.no_agent
    ));
}

async fn walk(words: &ImportWords) {
    let desk = Desk::new(words.window);
    desk.has_crontab(CRONTAB);
    let window = desk.window().await;
    window.shows(&format!(
        "//header//*[normalize-space(.)='{}']",
        words.window.agent_runs
    ));
    stops_the_agent(&window, words.window);
    opens_the_table(&window, words);
    for said in [words.counts, words.reboot, words.weekdays] {
        window.shows(&has_text(said));
    }
    desk.picture(&window, words.window, "import");
    // So far it was looked at only.
    window.press(&format!("//nav//a[normalize-space(.)='{}']", words.jobs));
    window.shows(&has_text(words.window.no_jobs));
    opens_the_table(&window, words);
    window.press(&format!("//input[@aria-label='{}']", words.leave_out));
    window.press(&button(words.import));
    for name in ["stand-up", "周报", "artisan"] {
        window.shows(&row(name));
    }
    desk.picture(&window, words.window, "imported");
}

#[tokio::test]
async fn a_person_looks_at_a_crontab_and_imports_it_in_english() {
    let _screen = SCREEN.lock().await;
    walk(&IN_ENGLISH).await;
}

#[tokio::test]
async fn a_person_looks_at_a_crontab_and_imports_it_in_chinese() {
    let _screen = SCREEN.lock().await;
    walk(&IN_CHINESE).await;
}
