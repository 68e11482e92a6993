// Source text as the tidy rules read it. Why: a rule about code must not fire on a comment, and a rule about strings must.
// Invariant: every view has the same length and line breaks as the source, so that a place in one is the same place in the other.
// Non-goal: parsing. One pass tells comments, strings, templates and regular expressions from code; that is all the rules need.

export interface SourceText {
  readonly path: string;
  readonly text: string;
  /** Comments, and the contents of strings, templates and regular expressions, as spaces. */
  readonly code: string;
  /** Only comments as spaces. */
  readonly strings: string;
}

type Kind = 'code' | 'string' | 'comment';

/** After these a slash begins a regular expression, not a division. */
const beforeRegExp = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield))\s*$/;

export function sourceText(path: string, text: string): SourceText {
  const kinds = kindsOf(text);
  const view = (keep: (kind: Kind) => boolean): string => {
    let out = '';
    for (let at = 0; at < text.length; at += 1) {
      const char = text.charAt(at);
      out += char === '\n' || keep(kinds[at] ?? 'code') ? char : ' ';
    }
    return out;
  };
  return { path, text, code: view((kind) => kind === 'code'), strings: view((kind) => kind !== 'comment') };
}

function kindsOf(text: string): Kind[] {
  const kinds: Kind[] = [];
  /** Depth of braces inside each open `${`. */
  const templates: number[] = [];
  let at = 0;
  let codeSoFar = '';
  const take = (until: number, kind: Kind): void => {
    for (; at < until; at += 1) {
      kinds.push(kind);
      if (kind === 'code') codeSoFar = (codeSoFar + text.charAt(at)).slice(-40);
    }
  };
  const endOf = (quote: string): number => {
    let end = at;
    for (let inClass = false; end < text.length; end += 1) {
      const char = text.charAt(end);
      if (char === '\\') end += 1;
      else if (quote === '/' && char === '[') inClass = true;
      else if (quote === '/' && char === ']') inClass = false;
      else if (quote === '`' && char === '$' && text.charAt(end + 1) === '{') return end;
      else if ((char === quote && !inClass) || (char === '\n' && quote !== '`')) return end;
    }
    return end;
  };
  const quoted = (quote: string): void => {
    const end = endOf(quote);
    take(end, 'string');
    if (quote === '`' && text.charAt(at) === '$') {
      templates.push(0);
      take(at + 2, 'code');
    } else {
      take(Math.min(at + 1, text.length), 'code');
    }
  };
  while (at < text.length) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    const open = templates.at(-1);
    if (char === '/' && next === '/') take(lineEnd(text, at), 'comment');
    else if (char === '/' && next === '*') take(blockEnd(text, at), 'comment');
    else if (char === '"' || char === "'" || char === '`' || (char === '/' && beforeRegExp.test(codeSoFar))) {
      take(at + 1, 'code');
      quoted(char);
    } else if (open !== undefined && char === '}' && open === 0) {
      templates.pop();
      take(at + 1, 'code');
      quoted('`');
    } else {
      if (open !== undefined && char === '{') templates[templates.length - 1] = open + 1;
      if (open !== undefined && char === '}') templates[templates.length - 1] = open - 1;
      take(at + 1, 'code');
    }
  }
  return kinds;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function blockEnd(text: string, from: number): number {
  const end = text.indexOf('*/', from + 2);
  return end < 0 ? text.length : end + 2;
}
