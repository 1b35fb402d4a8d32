# What `cmake --install` puts beside the libraries, so that another project says find_package(stateroom) and links stateroom::rules.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/stateroom)
install(EXPORT stateroom-targets NAMESPACE stateroom:: FILE stateroomTargets.cmake DESTINATION ${package_folder})
configure_package_config_file(cmake/stateroomConfig.cmake.in ${PROJECT_BINARY_DIR}/stateroomConfig.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/stateroomConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/stateroomConfig.cmake ${PROJECT_BINARY_DIR}/stateroomConfigVersion.cmake
  DESTINATION ${package_folder})
