// Names and addresses of this machine, as they stand in Host and Origin headers and on the command line.

/** Does the address reach this machine only? */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

const withPort = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/;

// What was asked last: a server without keys asks it of every request, and nearly all of them name it in the same way.
let lastHost = '';
let lastIsLocal = false;

/** A Host header that names this machine, with any port. */
export function isLocalName(host: string): boolean {
  if (host !== lastHost) {
    lastIsLocal = namesThisMachine(host);
    lastHost = host;
  }
  return lastIsLocal;
}

function namesThisMachine(host: string): boolean {
  const name = withPort.exec(host)?.[1]?.toLowerCase() ?? '';
  return isLoopback(name.startsWith('[') ? name.slice(1, -1) : name);
}

/** An Origin header of a page that this machine serves. */
export function isLocalOrigin(origin: string): boolean {
  const name = /^https?:\/\/(.+)$/.exec(origin)?.[1];
  return name !== undefined && isLocalName(name);
}
