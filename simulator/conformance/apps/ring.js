// Simultaneous ring, and find-me: one number after another until somebody answers.
import twilio from 'twilio';

export const simultaneous = {
  '/voice': (context, event, callback) => {
    const response = new twilio.twiml.VoiceResponse();
    const dial = response.dial({ timeout: 20, action: '/after' });
    for (const number of context.NUMBERS) dial.number(number);
    callback(null, response);
  },
  '/after': (context, event, callback) => {
    const response = new twilio.twiml.VoiceResponse();
    if (event.DialCallStatus !== 'completed') response.say('Nobody answered.');
    callback(null, response);
  },
};

export const findMe = {
  '/voice': (context, event, callback) => {
    const response = new twilio.twiml.VoiceResponse();
    const next = Number(event.next ?? 0);
    if (event.DialCallStatus === 'completed') response.hangup();
    else if (next >= context.NUMBERS.length) response.say('We could not find anybody. Goodbye.');
    else {
      response.say(`Trying number ${next + 1}.`);
      response.dial({ timeout: 10, action: `/voice?next=${next + 1}` }, context.NUMBERS[next]);
    }
    callback(null, response);
  },
};
