// Call forwarding with whisper: who picks up hears who calls and presses 1, or the caller is told.
import twilio from 'twilio';

export const handlers = {
  '/voice': (context, event, callback) => {
    const response = new twilio.twiml.VoiceResponse();
    response.dial({ answerOnBridge: true, timeout: 20, action: '/after', callerId: event.To }).number({ url: '/whisper' }, context.OWNER);
    callback(null, response);
  },
  '/whisper': (context, event, callback) => {
    const response = new twilio.twiml.VoiceResponse();
    response.gather({ numDigits: 1, timeout: 6, action: '/screen' }).say(`A call on ${event.From}. Press 1 to take it.`);
    response.hangup();
    callback(null, response);
  },
  '/screen': (context, event, callback) => {
    const response = new twilio.twiml.VoiceResponse();
    if (event.Digits !== '1') response.hangup();
    callback(null, response);
  },
  '/after': (context, event, callback) => {
    const response = new twilio.twiml.VoiceResponse();
    if (event.DialBridged !== 'true') response.say('Sorry, nobody is available.');
    response.hangup();
    callback(null, response);
  },
};
