// Turns away callers on a list before the call is answered; the rest get through.
import twilio from 'twilio';

export const handlers = {
  '/voice': (context, event, callback) => {
    const response = new twilio.twiml.VoiceResponse();
    if (context.BLOCKED.includes(event.From)) response.reject({ reason: 'busy' });
    else if (!event.From.startsWith('+')) response.reject();
    else response.say('Welcome, friend.');
    callback(null, response);
  },
};
