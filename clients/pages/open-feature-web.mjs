// In a page: @openfeature/web-sdk with @openfeature/ofrep-web-provider: all flags at once, then polled with their tag.
import { OpenFeature } from '@openfeature/web-sdk';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';

window.run = async ({ url, writeKey, person }) => {
  await OpenFeature.setContext({ targetingKey: person });
  const provider = new OFREPWebProvider({ baseUrl: url, pollInterval: 300, headers: [['Authorization', `Bearer ${writeKey}`]] });
  await OpenFeature.setProviderAndWait(provider);
  const flag = OpenFeature.getClient().getObjectDetails('home', { items: [] });
  await new Promise((resolve) => {
    setTimeout(resolve, 1_200);
  });
  await OpenFeature.close();
  if (flag.errorCode !== undefined || flag.value.items.length === 0) throw new Error(`no decision: ${flag.errorCode}`);
  if (typeof flag.flagMetadata.why !== 'string') throw new Error('a flag without its why');
};
