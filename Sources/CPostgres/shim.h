#include <libpq-fe.h>

// Swift does not import macros whose values are characters.
static const int error_field_state = PG_DIAG_SQLSTATE;
static const int error_field_message = PG_DIAG_MESSAGE_PRIMARY;
static const int error_field_detail = PG_DIAG_MESSAGE_DETAIL;
static const int error_field_table = PG_DIAG_TABLE_NAME;
static const int error_field_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int error_field_function = PG_DIAG_SOURCE_FUNCTION;
