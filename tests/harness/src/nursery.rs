//! Where servers are born: children that the kernel ends when the test's process ends, however
//! that comes about.

use std::io;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

type Birth = (Command, Sender<io::Result<Child>>);

/// Starts a program that ends with this process.
pub fn start(program: &str, arguments: &[String], prepare: impl FnOnce(&mut Command)) -> Child {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", program]);
    command.args(arguments);
    prepare(&mut command);
    let (reply, answer) = channel();
    nursery().send((command, reply)).expect("it never ends");
    let child = answer.recv().expect("it answers");
    child.expect("setpriv, of util-linux, can be executed")
}

/// The signal comes when the *thread* that started a child ends: so one thread starts them all.
fn nursery() -> &'static Sender<Birth> {
    static NURSERY: OnceLock<Sender<Birth>> = OnceLock::new();
    NURSERY.get_or_init(|| {
        let (births, waiting) = channel::<Birth>();
        thread::spawn(move || {
            for (mut command, reply) in waiting {
                // Whoever asked may have panicked meanwhile; the child then ends with the process.
                let _ = reply.send(command.spawn());
            }
        });
        births
    })
}
