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

async function ask() {
  clearTimeout(timer);
  try {
    const reply = await fetch('/first-screen/now', { cache: 'no-store', headers: key === null ? {} : { Authorization: 'Bearer ' + key } });
    if (reply.ok) show(await reply.json());
    else if (key !== null) {
      say.textContent = 'That key does not open this page.';
      say.classList.remove('sr');
      return;
    }
  } catch { /* the server is away: ask again */ }
  timer = setTimeout(ask, 2000);
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
    key = document.getElementById('key').value.trim();
    pause.hidden = false;
    ask();
  });
}
addEventListener('pagehide', () => source && source.close());
`;
