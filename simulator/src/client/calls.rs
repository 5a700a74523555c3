//! The client's part for phones and calls: placing them, and acting as the people on them.

use reqwest::Method;
use serde::Serialize;
use serde_json::json;

use super::{Control, ControlError};
use crate::state::call::CallView;
use crate::state::phone::{Behavior, PhoneView, PlaceCall, PlacedCall};
use crate::state::script::{Speak, Step};
use crate::state::transcript::Entry;

impl Control {
    /// A phone (a number, or `anonymous`) calls a number of the account; the
    /// call's SID.
    ///
    /// # Errors
    /// 422: `to` is no number of the account.
    pub async fn place_call(
        &self,
        from: &str,
        to: &str,
        script: &[Step],
    ) -> Result<String, ControlError> {
        let call = PlaceCall { to: to.to_owned(), script: script.to_vec(), ..PlaceCall::default() };
        self.place(from, &call).await
    }

    /// A phone calls a number of the account, with everything that a call can have.
    ///
    /// # Errors
    /// As [`Control::place_call`].
    pub async fn place(&self, from: &str, call: &PlaceCall) -> Result<String, ControlError> {
        let path = ["phones", from, "calls"];
        let placed: PlacedCall = self.json(Method::POST, &path, Some(call)).await?;
        Ok(placed.call_sid)
    }

    /// Sets what a phone does when it is called or texted.
    ///
    /// # Errors
    /// 422: the number is the account's.
    pub async fn set_behavior(
        &self,
        number: &str,
        behavior: &Behavior,
    ) -> Result<(), ControlError> {
        let path = ["phones", number, "behavior"];
        self.send(Method::PUT, &path, Some(behavior)).await?;
        Ok(())
    }

    /// A phone, its call and what its person heard.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn phone(&self, number: &str) -> Result<PhoneView, ControlError> {
        self.json(Method::GET, &["phones", number], None::<&()>).await
    }

    /// All calls that the simulator knows, newest first.
    ///
    /// # Errors
    /// The simulator cannot be reached.
    pub async fn calls(&self) -> Result<Vec<CallView>, ControlError> {
        self.json(Method::GET, &["calls"], None::<&()>).await
    }

    /// A call as it is now.
    ///
    /// # Errors
    /// 404: there is no such call.
    pub async fn call(&self, call_sid: &str) -> Result<CallView, ControlError> {
        self.json(Method::GET, &["calls", call_sid], None::<&()>).await
    }

    /// What happened on a call so far.
    ///
    /// # Errors
    /// 404: there is no such call.
    pub async fn transcript(&self, call_sid: &str) -> Result<Vec<Entry>, ControlError> {
        let path = ["calls", call_sid, "transcript"];
        self.json(Method::GET, &path, None::<&()>).await
    }

    /// The person on a call presses keys.
    ///
    /// # Errors
    /// 409: the call is over or not answered; 422: there are no such keys.
    pub async fn press(&self, call_sid: &str, digits: &str) -> Result<(), ControlError> {
        self.act(call_sid, "press", Some(&json!({ "digits": digits }))).await
    }

    /// The person on a call speaks; returns when all is said.
    ///
    /// # Errors
    /// As [`Control::press`]; 422: the WAV file cannot be spoken.
    pub async fn speak(&self, call_sid: &str, what: &Speak) -> Result<(), ControlError> {
        self.act(call_sid, "speak", Some(what)).await
    }

    /// The person whose phone rings picks up.
    ///
    /// # Errors
    /// 409: it does not ring.
    pub async fn answer(&self, call_sid: &str) -> Result<(), ControlError> {
        self.act(call_sid, "answer", None::<&()>).await
    }

    /// The person whose phone rings declines.
    ///
    /// # Errors
    /// 409: it does not ring.
    pub async fn decline(&self, call_sid: &str) -> Result<(), ControlError> {
        self.act(call_sid, "decline", None::<&()>).await
    }

    /// The person on a call hangs up.
    ///
    /// # Errors
    /// 409: the call is over.
    pub async fn hang_up(&self, call_sid: &str) -> Result<(), ControlError> {
        self.act(call_sid, "hang-up", None::<&()>).await
    }

    async fn act(
        &self,
        call_sid: &str,
        action: &str,
        body: Option<&impl Serialize>,
    ) -> Result<(), ControlError> {
        self.send(Method::POST, &["calls", call_sid, action], body).await?;
        Ok(())
    }
}
