// What browser SDKs ask for before they send: Segment's settings of a source, and RudderStack's sourceConfig. Both say: send events here,
// nothing else is switched on, and record no errors or metrics of the SDK elsewhere.

/** The shape with which analytics-next starts sending to its configured host. */
export function segmentSettings(writeKey: string): object {
  return {
    integrations: { 'Segment.io': { apiKey: writeKey, unbundledIntegrations: [], addBundledMetadata: true, versionSettings: {} } },
    plan: { track: { __default: { enabled: true, integrations: {} } }, identify: { __default: { enabled: true } } },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}

/** The shape with which RudderStack's SDKs start: one enabled source without destinations. */
export function rudderSourceConfig(writeKey: string): object {
  return {
    source: {
      id: 'ethogram',
      name: 'ethogram',
      writeKey,
      enabled: true,
      workspaceId: 'ethogram',
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
      connections: [],
      destinations: [],
      dataplanes: {},
    },
    updatedAt: '1970-01-01T00:00:00.000Z',
    consentManagementMetadata: { providers: [] },
  };
}
