// @openfeature/server-sdk with @openfeature/ofrep-provider: decisions as flags, one by one, with their why; a wrong flag, a wrong key.
import { OpenFeature } from '@openfeature/server-sdk';
import { OFREPProvider } from '@openfeature/ofrep-provider';

export const openFeatureServer = {
  name: '@openfeature/server-sdk',
  with: '@openfeature/ofrep-provider',
  deadFirst: false,
  sent: 2,
  types: {},
  async run({ url, writeKey, person }) {
    const client = async (domain, key) => {
      await OpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl: url, headers: [['Authorization', `Bearer ${key}`]] }));
      return OpenFeature.getClient(domain);
    };
    const good = await client('good', writeKey);
    for (const targetingKey of [person, `${person}-stranger`]) {
      const flag = await good.getObjectDetails('home', { items: [] }, { targetingKey });
      if (flag.errorCode !== undefined || flag.value.items.length === 0) throw new Error(`no decision: ${flag.errorCode}`);
      if (typeof flag.flagMetadata.why !== 'string' || typeof flag.flagMetadata.decisionId !== 'string')
        throw new Error('a flag without its why');
      const wanted = targetingKey === person ? 'personal' : 'contextual';
      if (flag.flagMetadata.mode !== wanted) throw new Error(`${wanted} was expected, not ${flag.flagMetadata.mode}`);
    }
    const missing = await good.getObjectDetails('nowhere', { items: [] }, { targetingKey: person });
    if (missing.errorCode !== 'FLAG_NOT_FOUND') throw new Error(`an unknown flag gave ${missing.errorCode}`);
    const bad = await client('bad', 'eth_w_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
    const refused = await bad.getObjectDetails('home', { items: [] }, { targetingKey: person });
    if (refused.errorCode === undefined || refused.value.items.length > 0) throw new Error('a wrong key was taken');
    await OpenFeature.close();
  },
};
