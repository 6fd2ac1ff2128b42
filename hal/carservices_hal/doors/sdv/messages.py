"""The messages of `sdv.databroker.v1`, from tables: no package that installs beside kuksa-client brings them."""

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import timestamp_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from carservices.signals import Datatype
from carservices_hal.kuksa.datapoints import DATATYPE_NUMBERS, SCALARS

PACKAGE = "sdv.databroker.v1"
FIELDS = {datatype: f"{SCALARS[datatype.element]}_{'array' if datatype.is_array else 'value'}" for datatype in Datatype}
"""Datatype → field of a datapoint's oneof."""
DATATYPES = {datatype: number - (not datatype.is_array) for datatype, number in DATATYPE_NUMBERS.items()}
"""Numbers of the enumeration ``DataType``: scalars begin at 0, not at 1 as in `kuksa.val`."""
FAILURES = {"INVALID_ARGUMENT": 0, "UNAVAILABLE": 1, "NOT_FOUND": 2, "PERMISSION_DENIED": 3, "UNAUTHENTICATED": 3}
"""gRPC word → ``Datapoint.Failure``; anything else is INTERNAL_ERROR."""
ERRORS = {"NOT_FOUND": 0, "INVALID_ARGUMENT": 1, "PERMISSION_DENIED": 2, "ALREADY_EXISTS": 2, "UNAUTHENTICATED": 2}
"""gRPC word → ``DatapointError``; anything else is INTERNAL_ERROR."""
FAILURE_INTERNAL, ERROR_INTERNAL = 4, 3

_ARRAYS = ("string", "bool", "int32", "int64", "uint32", "uint64", "float", "double")
_VALUES = {f"{kind}_value": (number, kind) for number, kind in enumerate(_ARRAYS, 11)}
_LISTS = {f"{kind}_array": (number, f".{kind.capitalize()}Array") for number, kind in enumerate(_ARRAYS, 21)}
MESSAGES: Mapping[str, Mapping[str, tuple[int, str]]] = {
    **{f"{kind.capitalize()}Array": {"values": (1, f"repeated {kind}")} for kind in _ARRAYS},
    "Datapoint": {
        "timestamp": (1, "google.protobuf.Timestamp"),
        "failure_value": (10, "value enum .Failure"),
        **{name: (number, f"value {kind}") for name, (number, kind) in (_VALUES | _LISTS).items()},
    },
    "Metadata": {
        "id": (1, "int32"),
        "name": (4, "string"),
        "data_type": (5, "enum .DataType"),
        "change_type": (6, "enum .ChangeType"),
        "description": (7, "string"),
    },
    "GetDatapointsRequest": {"datapoints": (1, "repeated string")},
    "GetDatapointsReply": {"datapoints": (1, "map string .Datapoint")},
    "SetDatapointsRequest": {"datapoints": (1, "map string .Datapoint")},
    "SetDatapointsReply": {"errors": (1, "map string enum .DatapointError")},
    "SubscribeRequest": {"query": (2, "string")},
    "SubscribeReply": {"fields": (1, "map string .Datapoint")},
    "GetMetadataRequest": {"names": (1, "repeated string")},
    "GetMetadataReply": {"list": (1, "repeated .Metadata")},
    "UpdateDatapointsRequest": {"datapoints": (1, "map int32 .Datapoint")},
    "UpdateDatapointsReply": {"errors": (1, "map int32 enum .DatapointError")},
    "StreamDatapointsRequest": {"datapoints": (1, "map int32 .Datapoint")},
    "StreamDatapointsReply": {"errors": (1, "map int32 enum .DatapointError")},
    "RegistrationMetadata": {
        "name": (1, "string"),
        "data_type": (2, "enum .DataType"),
        "description": (3, "string"),
        "change_type": (4, "enum .ChangeType"),
    },
    "RegisterDatapointsRequest": {"list": (1, "repeated .RegistrationMetadata")},
    "RegisterDatapointsReply": {"results": (1, "map string int32")},
}
"""Message → field → (number, type); a type may say repeated, map KEY, or value (a member of the oneof)."""
ENUMS = {
    "Failure": ("INVALID_VALUE", "NOT_AVAILABLE", "UNKNOWN_DATAPOINT", "ACCESS_DENIED", "INTERNAL_ERROR"),
    "DatapointError": ("ERROR_UNKNOWN", "ERROR_TYPE", "ERROR_ACCESS", "ERROR_INTERNAL", "ERROR_BOUNDS"),
    "ChangeType": ("STATIC", "ON_CHANGE", "CONTINUOUS"),
    "DataType": ("STRING",),
}
"""Enumerations are open: numbers without a name here travel too, and names never do."""

_SCALAR_TYPES = {
    "double": FieldDescriptorProto.TYPE_DOUBLE,
    "float": FieldDescriptorProto.TYPE_FLOAT,
    "int64": FieldDescriptorProto.TYPE_INT64,
    "uint64": FieldDescriptorProto.TYPE_UINT64,
    "int32": FieldDescriptorProto.TYPE_INT32,
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "string": FieldDescriptorProto.TYPE_STRING,
    "uint32": FieldDescriptorProto.TYPE_UINT32,
}


def _file() -> FileDescriptorProto:
    file = FileDescriptorProto(name="sdv/databroker/v1.proto", package=PACKAGE, syntax="proto3")
    file.dependency.append(timestamp_pb2.DESCRIPTOR.name)
    for name, words in ENUMS.items():
        enum = EnumDescriptorProto(name=name)
        for number, word in enumerate(words):
            enum.value.add(name=f"{name.upper()}_{word}", number=number)
        file.enum_type.append(enum)
    file.message_type.extend(_message(name, fields) for name, fields in MESSAGES.items())
    return file


def _message(name: str, fields: Mapping[str, tuple[int, str]]) -> DescriptorProto:
    message = DescriptorProto(name=name)
    if any(kind.startswith("value ") for _, kind in fields.values()):
        message.oneof_decl.add(name="value")
    for field, (number, kind) in fields.items():
        match kind.split():
            case ["map", key, *rest]:
                entry = message.nested_type.add(name=f"{field.capitalize()}Entry")
                entry.options.map_entry = True
                entry.field.extend([_field("key", 1, [key]), _field("value", 2, rest)])
                message.field.append(_field(field, number, ["repeated", f".{name}.{entry.name}"]))
            case ["value", *rest]:
                message.field.append(_field(field, number, rest))
                message.field[-1].oneof_index = 0
            case words:
                message.field.append(_field(field, number, words))
    return message


def _field(name: str, number: int, words: list[str]) -> FieldDescriptorProto:
    field = FieldDescriptorProto(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL)
    if words[0] == "repeated":
        field.label, words = FieldDescriptorProto.LABEL_REPEATED, words[1:]
    kind = words[-1]
    if kind in _SCALAR_TYPES:
        field.type = _SCALAR_TYPES[kind]
    else:
        field.type = FieldDescriptorProto.TYPE_ENUM if words[0] == "enum" else FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = f".{PACKAGE}{kind}" if kind.startswith(".") else f".{kind}"
    return field


def _classes() -> Iterator[tuple[str, Any]]:
    """In a pool of their own, so that an SDK with the same messages may live in this process too."""
    pool = DescriptorPool()
    for file in (FileDescriptorProto.FromString(timestamp_pb2.DESCRIPTOR.serialized_pb), _file()):
        pool.Add(file)
    for name in MESSAGES:
        yield name, GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))


CLASSES: Mapping[str, Any] = dict(_classes())
"""Message class by name."""
