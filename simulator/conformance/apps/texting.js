// A shop that is texted: opening hours, an order in two steps by cookie-less redirect, a picture.
import twilio from 'twilio';

const { MessagingResponse } = twilio.twiml;

export const handlers = {
  '/sms': (context, event, callback) => {
    const response = new MessagingResponse();
    const wish = event.Body.trim().toLowerCase();
    if (wish === 'hours') response.message('We are open from 9 to 5.');
    else if (wish.startsWith('order')) response.redirect({ method: 'POST' }, '/order');
    else if (wish === 'menu') response.message('Our menu:').media(context.MENU);
    else if (event.NumMedia !== '0') response.message({ statusCallback: '/status' }, `Thank you for ${event.NumMedia} picture(s), the first is ${event.MediaContentType0}.`);
    else if (wish !== 'thanks') response.message('Text HOURS, MENU or ORDER and what you want.');
    callback(null, response);
  },
  '/order': (context, event, callback) => {
    const response = new MessagingResponse();
    response.message({ to: context.KITCHEN, action: '/ordered' }, `For ${event.From}: ${event.Body.slice(6)}`);
    callback(null, response);
  },
  '/ordered': (context, event, callback) => {
    const response = new MessagingResponse();
    response.message(event.MessageStatus === 'invalid' ? 'The kitchen is closed.' : 'It is being made.');
    callback(null, response);
  },
};
