//! Rules about whom the program runs as, and what its files look like.

use super::Check;
use crate::job::Umask;
use crate::job::error::quoted;
use crate::policy::is_user_name;

impl Check {
    pub(super) fn run_as(&mut self, user: Option<&str>) {
        if let Some(user) = user.filter(|user| !is_user_name(user)) {
            let rest = format_args!(
                "is {}, and no user is called so: write the name of a user of the node, such as \"www-data\"",
                quoted(user)
            );
            self.refuse("run_as", "user_name", rest);
        }
    }

    /// `None` when it is absent or wrong.
    pub(super) fn umask(&mut self, text: Option<&str>) -> Option<Umask> {
        let text = text?;
        let umask = text.parse().ok();
        if umask.is_none() {
            let rest = format_args!(
                "is {}, which is no mask: write three octal digits, like \"027\"",
                quoted(text)
            );
            self.refuse("umask", "umask", rest);
        }
        umask
    }
}
