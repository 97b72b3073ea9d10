//! How jobs are run and told at this moment: what the configuration says, exchanged as one.

use std::sync::Arc;

use crate::follow_up::FollowUp;
use crate::settings::JobSettings;

/// How jobs are run and told.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) settings: Arc<JobSettings>,
    pub(crate) follow_ups: Vec<FollowUp>,
}

impl Plan {
    /// Returns where the jobs of a webhook are told.
    pub(crate) fn follow_up_of(&self, webhook: &str) -> Option<&FollowUp> {
        let tells = |it: &&FollowUp| it.webhooks.iter().any(|name| name == webhook);
        self.follow_ups.iter().find(tells)
    }

    /// Returns the follow-up of a name.
    pub(crate) fn follow_up(&self, name: &str) -> Option<&FollowUp> {
        self.follow_ups.iter().find(|it| it.name == name)
    }
}
