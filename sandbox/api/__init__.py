"""The fake api.weixin.qq.com: one function a path, found by `sandbox.api.registry`."""
