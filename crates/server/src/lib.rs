//! HTTP and WebSocket: the Prometheus API, remote write, live data, the embedded UI.
