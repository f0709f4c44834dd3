"""What goes over the wire, one file a resource. Descriptions and examples are Chinese: they are the API's manual."""
