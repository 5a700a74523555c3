// A menu with submenus, as Twilio Functions: a wrong key repeats it, no key ends the call.
import twilio from 'twilio';

const MENUS = {
  main: { say: 'Welcome. For opening hours press 1. For departments press 2. To talk to us press 0.', 1: 'hours', 2: 'departments', 0: 'desk' },
  departments: { say: 'For sales press 1. For support press 2. To go back press star.', 1: 'sales', 2: 'support', '*': 'main' },
};
const SPOKEN = { hours: 'We are open from nine to five.', sales: 'You have reached sales.', support: 'You have reached support.', desk: 'One moment please.' };

export const handlers = {
  '/voice': (context, event, callback) => callback(null, menu('main')),
  '/choose': (context, event, callback) => {
    const choice = MENUS[event.menu][event.Digits];
    const response = new twilio.twiml.VoiceResponse();
    if (!choice) {
      response.say('That is not one of the choices.');
      response.redirect(`/menu?menu=${event.menu}`);
    } else if (MENUS[choice]) {
      response.redirect(`/menu?menu=${choice}`);
    } else {
      response.say({ language: 'en-GB' }, SPOKEN[choice]);
      if (choice === 'desk') response.dial({ timeout: 10 }, context.DESK);
      else response.redirect('/menu?menu=main');
    }
    callback(null, response);
  },
  '/menu': (context, event, callback) => callback(null, menu(event.menu)),
};

function menu(name) {
  const response = new twilio.twiml.VoiceResponse();
  response.gather({ numDigits: 1, timeout: 4, action: `/choose?menu=${name}` }).say(MENUS[name].say);
  response.say('Goodbye.');
  return response;
}
