"""Phone calls: one folder a provider, each a leg behind `ports.telephony`."""
