"""A faithful local WeChat for development: the API, pushes, phone. It meets the product only over HTTP."""
