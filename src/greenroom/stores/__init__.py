"""Where logs and history are kept: one package a store, and the schema that the databases among them share."""
