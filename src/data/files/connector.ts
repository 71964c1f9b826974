import {ExpError} from '../../support/errors.js';
import {checkWrittenHost} from './addresses.js';
import type {Answer, Connector, HttpProxy} from './proxy.js';

/** As many as browsers' kin take before they suspect a circle; curl takes 50, wget 20. */
const maxRedirects = 10;

/**
 * The way to a server: direct, or through a proxy. A redirection goes the same way, and has to lead where the address itself might:
 * http or https, no private address. Behind a proxy names are the proxy's to look up.
 */
export async function connectorFor(proxy: HttpProxy | undefined): Promise<Connector> {
  const connector = proxy
    ? (await import('./proxy-connector.js')).connectThrough(proxy)
    : (await import('./direct-connector.js')).connectDirectly();
  return {
    close: () => connector.close(),
    async fetch(url, init) {
      let address = url;
      for (let redirects = 0; ; redirects++) {
        const {protocol, hostname, username, password} = new URL(address);
        if (protocol !== 'http:' && protocol !== 'https:')
          throw refusal(url, `it redirects to ${protocol}, not http: or https:`);
        if (username || password)
          throw refusal(url, `${redirects > 0 ? 'it redirects to' : 'it is'} an address with a user name or password`);
        checkWrittenHost(hostname);
        const answer = await connector.fetch(address, init);
        const next = answer.headers.get('location');
        if (!isRedirect(answer) || next === null) return answer;
        await answer.body?.cancel();
        if (redirects === maxRedirects) throw refusal(url, `it redirects more than ${maxRedirects} times`);
        if (!URL.canParse(next, address)) throw refusal(url, 'it redirects to what is no address');
        address = new URL(next, address).href;
      }
    },
  };
}

const isRedirect = ({status}: Answer): boolean => [301, 302, 303, 307, 308].includes(status);

const refusal = (url: string, why: string): ExpError =>
  new ExpError(
    'DATA_MISSING',
    `${withoutPassword(url)} cannot be downloaded: ${why}`,
    'fetch the file by other means and write its path in place of {url, sha256}',
  );

/** An address as messages may show it. */
export const withoutPassword = (url: string): string => url.replace(/(\w+:\/\/)[^/@\s]*@/, '$1***@');
