# In:  the Python that the extension is built for: STATEROOM_PYTHON_EXECUTABLE, else the one that a Python build front end
#      names, else the checkout's .venv, else an active environment.
# Out: pybind11's targets from the wheel `pybind11`, and stateroom::z3 from the wheel `z3-solver` (headers and libz3.so).
if(NOT STATEROOM_PYTHON_EXECUTABLE)
  if(SKBUILD AND Python_EXECUTABLE)
    set(STATEROOM_PYTHON_EXECUTABLE ${Python_EXECUTABLE})
  elseif(EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python)
    set(STATEROOM_PYTHON_EXECUTABLE ${PROJECT_SOURCE_DIR}/.venv/bin/python)
  elseif(DEFINED ENV{VIRTUAL_ENV})
    set(STATEROOM_PYTHON_EXECUTABLE $ENV{VIRTUAL_ENV}/bin/python)
  else()
    message(FATAL_ERROR "no Python environment: run `make setup`, or set STATEROOM_PYTHON_EXECUTABLE or STATEROOM_PYTHON=OFF")
  endif()
endif()
set(STATEROOM_PYTHON_EXECUTABLE ${STATEROOM_PYTHON_EXECUTABLE} CACHE FILEPATH "Python that the extension is built for")
set(Python_EXECUTABLE ${STATEROOM_PYTHON_EXECUTABLE})
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)

# One line of output of a line of Python; an error names the wheel that is missing.
function(stateroom_ask_python variable wheel line)
  execute_process(COMMAND ${Python_EXECUTABLE} -c "${line}" OUTPUT_VARIABLE answer RESULT_VARIABLE status
    ERROR_VARIABLE words OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${Python_EXECUTABLE} has no usable ${wheel}: `make setup` installs it\n${words}")
  endif()
  set(${variable} ${answer} PARENT_SCOPE)
endfunction()

stateroom_ask_python(pybind11_DIR pybind11 "import pybind11; print(pybind11.get_cmake_dir())")
find_package(pybind11 3 REQUIRED CONFIG)

# The wheel's folder is asked for without importing it: its __init__ loads the library, which takes longer than all the rest.
stateroom_ask_python(z3_folder z3-solver
  "import importlib.util as u, pathlib; print(pathlib.Path(u.find_spec('z3').origin).parent)")
find_path(Z3_INCLUDE_DIR z3++.h PATHS ${z3_folder}/include NO_DEFAULT_PATH NO_CACHE REQUIRED)
find_library(Z3_LIBRARY z3 PATHS ${z3_folder}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
add_library(stateroom_z3 SHARED IMPORTED GLOBAL)
set_target_properties(stateroom_z3 PROPERTIES IMPORTED_LOCATION ${Z3_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${Z3_INCLUDE_DIR})
add_library(stateroom::z3 ALIAS stateroom_z3)
