// The page's script, as text: copy buttons, and the live part kept up to date by server-sent events, or by asking where those do not come.
// Everything on the page works without it but these two. It stores nothing; a key that is typed in stays in a variable.

export const firstScreenScript = `
const now = document.getElementById('now');
const say = document.getElementById('say');
const pause = document.getElementById('pause');
let key = null;
let paused = false;
let spokenAt = 0;
let source = null;
let timer = 0;
let html = now.innerHTML;
let trouble = ''; // said to the eyes as well, until it is over

function show(news) {
  if (paused || news.html === html) return;
  html = news.html;
  const focused = document.activeElement && now.contains(document.activeElement);
  now.innerHTML = news.html;
  if (focused) now.querySelector('h1').setAttribute('tabindex', '-1'), now.querySelector('h1').focus();
  document.title = news.title;
  if (Date.now() - spokenAt > 8000) { say.textContent = news.say; spokenAt = Date.now(); }
  document.body.dataset.fresh = 'yes';
}

function complain(text) {
  if (text === trouble) return;
  trouble = text;
  say.textContent = text;
  say.classList.toggle('sr', text === '');
}

async function ask() {
  clearTimeout(timer);
  const asked = key;
  let problem = asked === null ? '' : 'The server did not answer as it should. Asking again.';
  try {
    const reply = await fetch('/first-screen/now', { cache: 'no-store', headers: headers(asked) });
    const news = reply.ok ? await reply.json() : null;
    if (asked !== key) return; // another key was typed since, and is asked with
    if (asked !== null && (reply.status === 401 || reply.status === 403)) return complain('That key does not open this page.');
    if (news !== null) {
      problem = '';
      complain(problem);
      show(news);
    }
  } catch { /* the server is away */ }
  if (asked !== key) return;
  complain(problem);
  timer = setTimeout(ask, 2000);
}

function headers(asked) {
  return asked === null ? {} : { Authorization: 'Bearer ' + asked };
}

function listen() {
  source = new EventSource('/first-screen/live');
  source.onmessage = (message) => show(JSON.parse(message.data));
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) ask();
  };
}

pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', String(paused));
  if (!paused) html = '', key === null ? (source && source.close(), listen()) : ask();
});

for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.innerHTML;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = 'Copied';
    say.textContent = 'Copied.';
    setTimeout(() => { button.innerHTML = label; }, 1600);
  });
}

const unlock = document.getElementById('unlock');
if (unlock === null) {
  pause.hidden = false;
  if ('EventSource' in window) listen(); else ask();
} else {
  unlock.addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = document.getElementById('key').value.trim();
    complain(''); // so that the same is said anew
    try {
      new Headers(headers(typed));
    } catch { // what is pasted may hold what nobody sees
      complain('That text holds a character that cannot be part of a key. Copy the key again, alone.');
      return;
    }
    key = typed;
    pause.hidden = false;
    ask();
  });
}
addEventListener('pagehide', () => source && source.close());
`;
