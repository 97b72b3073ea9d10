//! What a message asks to be done with its answer, and what is remembered of answers for the next message.

use hailer_dispatch::{Call, CommandError, CommandResult};
use hailer_jobs::Ran;

use super::core::Core;
use super::errand::Errand;

impl Core {
    /// Does with an answer what its message asks for, and remembers it for the next message.
    pub(super) fn piped(&self, ran: Ran<CommandResult>, errand: &Errand) -> Ran<CommandResult> {
        let Ran::Done(Ok(reply)) = ran else {
            return ran;
        };
        let done = match &errand.pipe {
            Some(Ok(pipe)) => pipe.apply(&reply).map_err(CommandError::told),
            Some(Err(why)) => Err(CommandError::told(why.as_str())),
            None => Ok(reply),
        };
        if let Ok(reply) = &done
            && errand.mask().is_none()
            && errand.saying.is_none()
        {
            let inquiry = &errand.inquiry;
            let (webhook, activity) = (&inquiry.webhook, &inquiry.activity);
            self.answers
                .keep(webhook, activity, reply, inquiry.received);
        }
        Ran::Done(done)
    }
}

/// Says why nothing can be done with the answer of a call. What changes something is not held up by a mistake in what
/// stands behind it, nor does its job know of that.
pub(super) fn unpipeable(call: &Call, errand: &Errand) -> Option<String> {
    match errand.pipe.as_ref()? {
        Err(why) => Some(why.clone()),
        Ok(_) if call.leaves_a_trace() || call.asking().is_some() => Some(format!(
            "The answer of {} cannot be filtered on its way, so nothing was started. Run it, and filter what comes: | head 3",
            call.entry().path()
        )),
        Ok(_) => None,
    }
}
